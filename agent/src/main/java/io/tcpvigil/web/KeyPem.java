// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlScalar;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys in PEM, which Java cannot: keys in PKCS#8, PKCS#1 (RSA) and SEC 1 (EC). */
final class KeyPem {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    /**
     * Who the server is.
     *
     * @param chain its own certificate first
     */
    record Identity(PrivateKey key, List<X509Certificate> chain) {
        Identity {
            chain = List.copyOf(chain);
        }
    }

    private KeyPem() {}

    /**
     * Reads a certificate with its chain, and the key to it.
     *
     * @param certificateName where it is named, for errors
     * @param keyName where that is named
     * @throws YamlException if one cannot be read, everybody may read the key, or they do not belong together
     */
    static Identity read(YamlScalar certificateName, Path certificate, YamlScalar keyName, Path key) {
        List<X509Certificate> chain = certificates(certificateName, certificate);
        PublicKey publicKey = chain.get(0).getPublicKey();
        PrivateKey privateKey = key(keyName, key, publicKey);
        if (!belongTogether(privateKey, publicKey)) {
            throw keyName.place().error(key + " is not the key to the first certificate of " + certificate);
        }
        return new Identity(privateKey, chain);
    }

    /** @throws YamlException if there is none */
    static List<X509Certificate> certificates(YamlScalar name, Path file) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes(name, file)))
                    .forEach(each -> certificates.add((X509Certificate) each));
        } catch (CertificateException wrong) {
            throw name.place().error(file + " holds no certificates in PEM");
        }
        if (certificates.isEmpty()) {
            throw name.place().error(file + " holds no certificates in PEM");
        }
        return certificates;
    }

    private static PrivateKey key(YamlScalar name, Path file, PublicKey publicKey) {
        String text = new String(bytes(name, file), StandardCharsets.ISO_8859_1);
        try {
            if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
                throw name.place().error(file + " can be read by everybody; take that away with chmod o-r");
            }
        } catch (IOException gone) {
            throw name.place().error(file + " cannot be read: " + gone.getMessage());
        }
        Matcher pem = KEY.matcher(text);
        if (!pem.find()) {
            throw name.place().error(file + " holds no private key in PEM that is not encrypted");
        }
        try {
            byte[] bytes = Base64.getMimeDecoder().decode(pem.group(2));
            byte[] pkcs8 = pem.group(1).equals("PRIVATE KEY") ? bytes : pkcs8(bytes, publicKey.getEncoded());
            return KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            throw name.place()
                    .error(file + " holds no " + publicKey.getAlgorithm()
                            + " key, which is what the certificate is for");
        }
    }

    private static byte[] bytes(YamlScalar name, Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException none) {
            throw name.place().error("there is no file " + file);
        } catch (IOException unreadable) {
            throw name.place().error(file + " cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * Wraps a bare key (PKCS#1, SEC 1) as PKCS#8 does: {@code SEQUENCE { INTEGER 0, AlgorithmIdentifier, OCTET STRING key }}.
     * The identifier, with the curve in it, is that of the public key: {@code SEQUENCE { AlgorithmIdentifier, BIT STRING }}.
     */
    private static byte[] pkcs8(byte[] bare, byte[] publicKey) {
        int algorithm = contentOf(publicKey, 0);
        int algorithmEnd = contentOf(publicKey, algorithm) + lengthOf(publicKey, algorithm);
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        inside.writeBytes(new byte[] {0x02, 1, 0});
        inside.write(publicKey, algorithm, algorithmEnd - algorithm);
        inside.writeBytes(der(0x04, bare));
        return der(0x30, inside.toByteArray());
    }

    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            out.writeBytes(new byte[] {(byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    /** Where the content begins of the element at {@code at}. */
    private static int contentOf(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static int lengthOf(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first < 0x80) {
            return first;
        }
        int length = 0;
        for (int i = at + 2; i < contentOf(der, at); i++) {
            length = (length << 8) | (der[i] & 0xFF);
        }
        return length;
    }

    private static boolean belongTogether(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            byte[] anything = {1, 2, 3};
            signature.initSign(key);
            signature.update(anything);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(anything);
            return signature.verify(signed);
        } catch (InvalidKeyException other) {
            return false;
        } catch (GeneralSecurityException unknown) {
            throw new IllegalStateException("no signatures with " + algorithm, unknown);
        }
    }
}
