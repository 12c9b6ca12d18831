// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a daemon needs to speak TLS, in a folder of the test.
 *
 * @param webConfig for {@code --web.config.file}
 * @param certificate what clients have to trust; good for loopback
 */
public record TlsFiles(Path webConfig, Path certificate) {

    /**
     * Puts them there.
     *
     * @param more lines of the configuration besides the certificate and its key
     */
    public static TlsFiles in(Path folder, String more) throws IOException {
        for (String name : new String[] {"ec.crt", "ec.key"}) {
            try (InputStream pem = TlsFiles.class.getResourceAsStream("/io/tcpvigil/web/pem/" + name)) {
                Files.write(folder.resolve(name), Objects.requireNonNull(pem).readAllBytes());
            }
            Files.setPosixFilePermissions(folder.resolve(name), PosixFilePermissions.fromString("rw-------"));
        }
        String text = "tls_server_config: {cert_file: ec.crt, key_file: ec.key}\n" + more;
        return new TlsFiles(Files.writeString(folder.resolve("web.yml"), text), folder.resolve("ec.crt"));
    }

    /** For clients that trust the certificate and nothing else. */
    public SSLContext clients() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusts.getTrustManagers(), null);
        return context;
    }
}
