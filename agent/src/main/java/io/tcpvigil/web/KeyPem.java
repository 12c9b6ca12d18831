// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlScalar;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
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
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
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
            KeyFactory factory = KeyFactory.getInstance(publicKey.getAlgorithm());
            if (publicKey instanceof ECPublicKey curve && pem.group(1).equals("EC PRIVATE KEY")) {
                return factory.generatePrivate(new ECPrivateKeySpec(sec1(bytes), curve.getParams()));
            }
            boolean bare = pem.group(1).equals("RSA PRIVATE KEY");
            return factory.generatePrivate(new PKCS8EncodedKeySpec(bare ? pkcs8(bytes) : bytes));
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

    /** Takes the number out of {@code SEQUENCE { INTEGER 1, OCTET STRING number, ... }} (RFC 5915). */
    private static BigInteger sec1(byte[] der) throws InvalidKeyException {
        int first = der.length > 2 ? der[1] & 0xFF : 0;
        int number = first < 0x80 ? 5 : 5 + first - 0x80;
        if (der.length < number + 2 || der[number] != 0x04 || der.length < number + 2 + der[number + 1]) {
            throw new InvalidKeyException("no ECPrivateKey");
        }
        return new BigInteger(1, Arrays.copyOfRange(der, number + 2, number + 2 + der[number + 1]));
    }

    /** Wraps an RSAPrivateKey as {@code SEQUENCE { INTEGER 0, SEQUENCE { rsaEncryption, NULL }, OCTET STRING key }} (RFC 5208). */
    private static byte[] pkcs8(byte[] rsaKey) {
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        inside.writeBytes(HexFormat.of().parseHex("020100" + "300d06092a864886f70d0101010500"));
        inside.writeBytes(der(0x04, rsaKey));
        return der(0x30, inside.toByteArray());
    }

    /** An element of 256 to 65535 bytes. */
    private static byte[] der(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
        out.writeBytes(content);
        return out.toByteArray();
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
