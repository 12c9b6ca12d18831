// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.export.Samples;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PasswordsTest {
    private static final String RIGHT = WebFiles.basic("bob:secret");

    @TempDir
    private Path scratch;

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private WebFiles files;
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        files = new WebFiles(scratch);
        server = TestServer.configured(
                files.write("basic_auth_users:\n  " + WebFiles.ALICE + "\n  " + WebFiles.BOB + "\n"));
    }

    @AfterEach
    void stop() {
        clients.shutdownNow();
        server.close();
    }

    private RawHttp.Reply get(String path, String... fields) throws IOException {
        return RawHttp.get(server.address(), path, fields);
    }

    @Test
    void answersToTheRightOnes() throws IOException {
        assertEquals(200, get("/metrics", RIGHT).status());
        assertEquals(200, get("/metrics", WebFiles.basic("alice:correct horse")).status());
        assertEquals(200, get("/metrics", RIGHT.replace("Basic", "bAsIc")).status());
    }

    @Test
    void refusesAllOthersAtEveryPath() throws IOException {
        for (String path :
                List.of("/", "/metrics", "/api/v1/report", "/api/v1/status", "/-/healthy", "/-/ready", "/x")) {
            RawHttp.Reply reply = get(path);
            assertEquals(401, reply.status(), path);
            assertEquals("Basic realm=\"tcpvigil\", charset=\"UTF-8\"", reply.header("www-authenticate"));
            assertTrue(!reply.text().contains("tcpvigil_"), reply.text());
        }
        for (String wrong : List.of(
                WebFiles.basic("bob:wrong"),
                WebFiles.basic("bob:"),
                WebFiles.basic("bob"),
                WebFiles.basic("eve:secret"),
                WebFiles.basic(":"),
                WebFiles.basic("alice:secret"),
                WebFiles.basic("bob:" + "x".repeat(500)),
                "Authorization: Basic !",
                "Authorization: Bearer secret")) {
            assertEquals(401, get("/metrics", wrong).status(), wrong);
        }
        assertEquals(16, server.refused("password"));
    }

    @Test
    void servesWhoIsKnownDuringAFloodOfWrongOnes() throws Exception {
        assertEquals(200, get("/metrics", RIGHT).status());
        AtomicBoolean over = new AtomicBoolean();
        List<Future<Integer>> flood = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int client = i;
            flood.add(clients.submit(() -> {
                int busy = 0;
                for (int n = 0; !over.get(); n++) {
                    busy += get("/metrics", WebFiles.basic("bob:wrong" + client + n))
                                            .status()
                                    == 429
                            ? 1
                            : 0;
                }
                return busy;
            }));
        }
        while (server.refused("password") < 3) {
            Thread.sleep(1);
        }
        long wrong = server.refused("password");
        for (int i = 0; i < 50; i++) {
            assertEquals(200, get("/metrics", RIGHT).status());
        }
        long checked = server.refused("password") - wrong;
        assertTrue(checked < 100, "50 scrapes did not wait for the check of wrong passwords, of which were " + checked);
        over.set(true);
        int busy = 0;
        for (Future<Integer> each : flood) {
            busy += each.get();
        }
        assertTrue(busy > 0, "what cannot be checked is refused");
        assertEquals(busy, server.refused("passwords_busy"));
        assertEquals(0, server.server.errors());
    }

    @Test
    void checksOnceForManyWhoSayTheSame() throws Exception {
        List<Future<Integer>> scrapes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            scrapes.add(clients.submit(() -> {
                return get("/metrics", RIGHT).status();
            }));
        }
        for (Future<Integer> each : scrapes) {
            assertEquals(200, each.get());
        }
    }

    @Test
    void forgetsWhoIsNoLongerAUser() throws Exception {
        assertEquals(200, get("/metrics", RIGHT).status());
        files.write("basic_auth_users:\n  " + WebFiles.ALICE + "\n");
        while (server.server.status().config().reloads() == 0) {
            Thread.sleep(10);
        }
        assertEquals(401, get("/metrics", RIGHT).status());
        assertEquals(200, get("/metrics", WebFiles.basic("alice:correct horse")).status());
    }

    @Test
    void letsOneClientHaveFewCheckedAtATime() throws UnknownHostException {
        Passwords passwords = new Passwords(new ErrorLog(line -> {}));
        // Of a cost that takes seconds: nothing ends before all have asked.
        Map<String, String> users = Map.of("bob", WebFiles.BOB.substring(5).replace("$10$", "$15$"));
        List<Passwords.Outcome> outcomes = new ArrayList<>();
        InetAddress network = InetAddress.getByName("2001:db8::1");
        InetAddress sameNetwork = InetAddress.getByName("2001:db8::2");
        for (int i = 0; i < 3; i++) {
            byte[] password = ("wrong" + i).getBytes(StandardCharsets.UTF_8);
            passwords.check(users, "bob", password, i == 1 ? sameNetwork : network, outcomes::add);
        }
        assertEquals(List.of(Passwords.Outcome.BUSY), outcomes);
        passwords.check(users, "bob", new byte[1], InetAddress.getByName("192.0.2.1"), outcomes::add);
        assertEquals(1, outcomes.size(), "another client is not refused");
        passwords.stop();
    }

    @Test
    void doesNotWarnOfAnOpenPortWithPasswordsAndTls() throws IOException {
        Path file = files.write(WebFiles.TLS + "basic_auth_users:\n  " + WebFiles.ALICE + "\n");
        WebSettings settings = new WebSettings(List.of(new InetSocketAddress("0.0.0.0", 0)), "/metrics", file, 256);
        try (TestServer open = new TestServer(Samples.report(), settings)) {
            assertEquals(List.of(), open.log);
        }
    }
}
