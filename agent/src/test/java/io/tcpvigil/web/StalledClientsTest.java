// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.export.Samples;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients that begin a request and never end it can do to a scrape. */
@Timeout(60)
final class StalledClientsTest {
    private final List<Socket> stalled = new ArrayList<>();
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer(Samples.report());
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : stalled) {
            socket.close();
        }
        server.close();
    }

    private void stall(int clients) throws IOException {
        for (int i = 0; i < clients; i++) {
            Socket socket = RawHttp.connect(server.address());
            RawHttp.write(socket, "GET /metrics HTTP/1.1\r\nHost: local");
            stalled.add(socket);
        }
    }

    /** Threads of the server that read what a client does not send. */
    private static long held() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("web-"))
                .count();
    }

    private static void await(long threads) throws InterruptedException {
        while (held() < threads) {
            Thread.sleep(1);
        }
    }

    @Test
    void oneAndTwentyMoreDoNotStopAScrape() throws IOException, InterruptedException {
        stall(1);
        assertEquals(200, RawHttp.get(server.address(), "/metrics").status());
        stall(20);
        await(21);
        assertEquals(200, RawHttp.get(server.address(), "/metrics").status());
        assertEquals(0, server.server.errors());
    }

    @Test
    void moreThanThereAreThreadsAreRefusedUntilTheTimeOfTheFirstIsUp() throws IOException, InterruptedException {
        stall(Workers.MAX_THREADS);
        await(Workers.MAX_THREADS);
        assertThrows(IOException.class, () -> RawHttp.get(server.address(), "/metrics"));
        assertEquals(1, server.server.errors());
        assertTrue(server.log.get(0).contains("a connection was refused"), server.log.toString());

        // Closed by the server: the first stalled client reads the end.
        assertEquals(-1, stalled.get(0).getInputStream().read());
        int status = 0;
        while (status != 200) {
            try {
                status = RawHttp.get(server.address(), "/metrics").status();
            } catch (IOException stillRefused) {
                assertTrue(server.server.errors() > 1, "refused, but not for want of a thread: " + stillRefused);
            }
        }
    }

    @Test
    void areNoReasonToStopLate() throws IOException, InterruptedException {
        stall(5);
        await(5);
        server.close();
        for (Socket socket : stalled) {
            assertThrows(IOException.class, () -> {
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("closed");
                }
            });
        }
    }
}
