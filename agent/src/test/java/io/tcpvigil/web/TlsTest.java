// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The web server under TLS, with a client that is not ours. */
@Timeout(60)
final class TlsTest {
    @TempDir
    private Path scratch;

    private WebFiles files;

    @BeforeEach
    void copy() throws IOException {
        files = new WebFiles(scratch);
    }

    private RawHttp.Reply get(TestServer server, String trusted, @Nullable String shown, String... versions)
            throws Exception {
        try (SSLSocket socket = files.connect(server.address(), trusted, shown, versions)) {
            RawHttp.write(socket, "GET /metrics HTTP/1.1\r\nHost: metrics.example\r\nConnection: close\r\n\r\n");
            RawHttp.Reply reply = RawHttp.read(socket.getInputStream(), false);
            assertEquals(-1, socket.getInputStream().read(), "the end is told");
            return reply;
        }
    }

    @ParameterizedTest
    @CsvSource({"ec, ec, TLSv1.3", "ec, ec-sec1, TLSv1.2", "rsa, rsa-pkcs1, TLSv1.3", "rsa, rsa, TLSv1.2"})
    void answersUnderTls(String certificate, String key, String version) throws Exception {
        Path file =
                files.write("tls_server_config:\n  cert_file: " + certificate + ".crt\n  key_file: " + key + ".key\n");
        try (TestServer server = TestServer.configured(file)) {
            RawHttp.Reply reply = get(server, certificate, null, version);
            assertEquals(200, reply.status());
            assertTrue(reply.text().contains("tcpvigil_connections"), reply.text());
            assertEquals("https", server.server.scheme());
        }
    }

    @Test
    void keepsTheConnection() throws Exception {
        try (TestServer server = TestServer.configured(files.write(WebFiles.TLS));
                SSLSocket socket = files.connect(server.address(), "ec", null)) {
            for (int i = 0; i < 100; i++) {
                RawHttp.write(socket, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertEquals(200, RawHttp.read(socket.getInputStream(), false).status());
            }
        }
    }

    @Test
    void refusesAnOlderVersion() throws Exception {
        try (TestServer server = TestServer.configured(files.write(WebFiles.TLS + "  min_version: TLS13\n"))) {
            assertThrows(SSLHandshakeException.class, () -> get(server, "ec", null, "TLSv1.2"));
            assertEquals(1, server.server.status().dropped().get("handshake"));
            assertEquals(200, get(server, "ec", null, "TLSv1.3").status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void asksForCertificatesOfClients(String version) throws Exception {
        Path file = files.write(
                WebFiles.TLS + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n");
        try (TestServer server = TestServer.configured(file)) {
            assertEquals(200, get(server, "ec", "client", version).status());
            assertThrows(IOException.class, () -> get(server, "ec", null, version));
            assertThrows(IOException.class, () -> get(server, "ec", "rsa", version));
            assertEquals(2, server.server.status().dropped().get("handshake"));
        }
    }

    @Test
    void doesWithoutACertificateOfAClientWhereOneMayBeShown() throws Exception {
        Path file =
                files.write(WebFiles.TLS + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n");
        try (TestServer server = TestServer.configured(file)) {
            assertEquals(200, get(server, "ec", "client").status());
            assertEquals(200, get(server, "ec", null).status());
            assertThrows(IOException.class, () -> get(server, "ec", "rsa"));
            assertEquals(1, server.server.status().dropped().get("handshake"));
        }
    }

    @Test
    void isNotStoppedByClientsThatDoNotSpeakIt() throws Exception {
        List<Socket> stalled = new ArrayList<>();
        try (TestServer server = TestServer.configured(files.write(WebFiles.TLS))) {
            for (int i = 0; i < 200; i++) {
                Socket socket = RawHttp.connect(server.address());
                // Nothing, the beginning of a handshake, or something else altogether.
                RawHttp.write(
                        socket,
                        List.of("", "\u0016\u0003\u0001\u0001\u0000\u0001", "GET / HTTP")
                                .get(i % 3));
                stalled.add(socket);
            }
            assertEquals(200, get(server, "ec", null).status());
            assertEquals(0, server.server.errors(), server.log.toString());
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
    }

    @Test
    void isNotStoppedByAClientThatReadsNothing() throws Exception {
        try (TestServer server = TestServer.configured(files.write(WebFiles.TLS));
                SSLSocket deaf = files.connect(server.address(), "ec", null)) {
            String requests = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
            for (int i = 0; i < 20; i++) {
                RawHttp.write(deaf, requests);
            }
            for (int i = 0; i < 10; i++) {
                assertEquals(200, get(server, "ec", null).status());
            }
        }
    }

    @Test
    void takesOverANewCertificateWithoutAStop() throws Exception {
        try (TestServer server = TestServer.configured(files.write(WebFiles.TLS))) {
            files.put("rsa.key", "ec.key");
            files.put("rsa.crt", "ec.crt");
            copy();
            files.write("tls_server_config:\n  cert_file: rsa.crt\n  key_file: rsa.key\n");
            while (server.server.status().config().reloads() == 0) {
                Thread.sleep(10);
            }
            assertEquals(200, get(server, "rsa", null).status());
            assertThrows(IOException.class, () -> get(server, "ec", null));
            assertEquals(List.of(), server.log, "nobody has to do anything");
            assertEquals(List.of("web: " + files.file + " has changed and is in force"), server.notices);
            assertTrue(server.server.status().config().inForce());
        }
    }

    @Test
    void keepsTheOldWhenTheNewCannotBeUsed() throws Exception {
        try (TestServer server = TestServer.configured(files.write(WebFiles.TLS))) {
            Files.delete(files.directory.resolve("ec.key"));
            while (server.server.status().config().failedReloads() == 0) {
                Thread.sleep(10);
            }
            assertEquals(200, get(server, "ec", null).status());
            assertEquals(1, server.log.size(), server.log.toString());
            assertFalse(server.server.status().config().inForce());
            assertTrue(server.log.get(0).contains("the old configuration stays in force"), server.log.get(0));

            files.write("basic_auth_users:\n  " + WebFiles.ALICE + "\n");
            while (server.server.status().config().failedReloads() == 1) {
                Thread.sleep(10);
            }
            assertEquals(200, get(server, "ec", null).status(), "TLS is not switched off");
            assertTrue(server.log.get(1).contains("start tcpvigil anew"), server.log.get(1));
        }
    }
}
