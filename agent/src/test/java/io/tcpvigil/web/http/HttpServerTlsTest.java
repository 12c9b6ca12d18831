// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same under TLS, and what clients can do with TLS itself. */
final class HttpServerTlsTest extends HttpServerContract {
    private static final char[] NO_PASSWORD = {};

    @SuppressWarnings("NullAway.Init")
    private static SSLContext context;

    /** The server's and the clients', who trust the server's certificate. */
    @BeforeAll
    static void prepare() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        try (InputStream pem = pem("ec.crt")) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(pem);
            store.setCertificateEntry("trusted", certificate);
            store.setKeyEntry("own", key(), NO_PASSWORD, new Certificate[] {certificate});
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    }

    private static PrivateKey key() throws GeneralSecurityException, IOException {
        try (InputStream pem = pem("ec.key")) {
            String text = new String(pem.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("-----.*-----", "");
            return KeyFactory.getInstance("EC")
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(text)));
        }
    }

    private static InputStream pem(String name) {
        return Objects.requireNonNull(
                HttpServerTlsTest.class.getResourceAsStream("/io/tcpvigil/web/pem/" + name), name);
    }

    @Override
    Supplier<SSLEngine> tls() {
        return () -> {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            return engine;
        };
    }

    @Override
    Socket client(Socket socket) throws IOException {
        return context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
    }

    @Test
    void dropsWhoSendsNothingButNewKeys() throws Exception {
        SSLSocket socket = (SSLSocket) connect();
        send(socket, "/light");
        assertEquals(200, status(socket));
        assertThrows(IOException.class, () -> {
            // Under TLS 1.3 each sends a KeyUpdate.
            for (int i = 0; i < 10_000; i++) {
                socket.startHandshake();
            }
        });
        awaitDrops(Drop.HANDSHAKE, 1);
    }

    @Test
    void bearsNewKeysNowAndThen() throws Exception {
        SSLSocket socket = (SSLSocket) connect();
        for (int i = 0; i < 100; i++) {
            socket.startHandshake();
            send(socket, "/light");
            socket.startHandshake();
            assertEquals(200, status(socket));
        }
        assertEquals(0, server().drops(Drop.HANDSHAKE));
    }
}
