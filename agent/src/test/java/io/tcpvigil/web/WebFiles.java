// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** A directory with a configuration file, certificates and keys, and clients that fit. */
final class WebFiles {
    /** The hash of "correct horse", by htpasswd -nbBC 4. */
    static final String ALICE = "alice: $2y$04$5dckc5z8YBVfWggLa/I4R.QoTDEQQd/ra/U0ZaIyu.ugJF0Bu7i.u";

    /** The hash of "secret", by htpasswd -nbBC 10. */
    static final String BOB = "bob: $2y$10$Q6X1nrehia0LJP3j/q1d9OulFah..6PAZcZYo0uu29AE2RksvIfzy";

    static final String TLS = "tls_server_config:\n  cert_file: ec.crt\n  key_file: ec.key\n";

    private static final int TIMEOUT_MILLIS = 30_000;

    final Path directory;
    final Path file;

    WebFiles(Path directory) throws IOException {
        this.directory = directory;
        this.file = directory.resolve("web.yml");
        for (String name : new String[] {
            "ca.crt",
            "client.crt",
            "client.key",
            "ec.crt",
            "ec.key",
            "ec-sec1.key",
            "rsa.crt",
            "rsa.key",
            "rsa-pkcs1.key"
        }) {
            put(name, name);
        }
    }

    /** Puts one of the certificates or keys there under another name, in one step. */
    void put(String name, String as) throws IOException {
        Path whole = directory.resolve("coming");
        try (InputStream in = Objects.requireNonNull(WebFiles.class.getResourceAsStream("pem/" + name), name)) {
            Files.copy(in, whole, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("rw-r-----"));
        Files.move(whole, directory.resolve(as), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes the configuration file, in one step. */
    Path write(String text) throws IOException {
        Path whole = Files.writeString(directory.resolve("coming"), text);
        return Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static String basic(String userAndPassword) {
        return "Authorization: Basic "
                + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    /** A client that trusts one certificate and shows another, if any. */
    SSLSocket connect(InetSocketAddress server, String trusted, @Nullable String shown, String... versions)
            throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("server", certificate(trusted));
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {shows(shown)}, trusts.getTrustManagers(), null);
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(server, TIMEOUT_MILLIS);
        SSLSocket tls =
                (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", server.getPort(), true);
        if (versions.length > 0) {
            tls.setEnabledProtocols(versions);
        }
        return tls;
    }

    /** Shows one certificate, whoever the server says that it trusts: Java's own would show none that the server does not. */
    private X509ExtendedKeyManager shows(@Nullable String name) {
        KeyPem.@Nullable Identity own =
                name == null ? null : WebConfigFileTest.identity(this, name + ".crt", name + ".key");
        return new X509ExtendedKeyManager() {
            @Override
            public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
                return null;
            }

            @Override
            public @Nullable String chooseClientAlias(
                    String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
                return own == null || !List.of(types).contains(own.key().getAlgorithm()) ? null : "own";
            }

            @Override
            public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
                return null;
            }

            @Override
            public @Nullable String chooseServerAlias(
                    String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
                return null;
            }

            @Override
            public X509Certificate @Nullable [] getCertificateChain(String alias) {
                return own == null ? null : own.chain().toArray(new X509Certificate[0]);
            }

            @Override
            public @Nullable PrivateKey getPrivateKey(String alias) {
                return own == null ? null : own.key();
            }
        };
    }

    private X509Certificate certificate(String name) {
        return KeyPem.certificates(WebConfigFileTest.SOMEWHERE, directory.resolve(name + ".crt"))
                .get(0);
    }
}
