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
    /** As many as {@link io.tcpvigil.web.http.Limits#usual} allows. */
    private static final int CONNECTIONS = 1024;

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

    private long dropped(String why) {
        return server.server.status().dropped().getOrDefault(why, -1L);
    }

    @Test
    void holdNoThreadThatAScrapeNeeds() throws IOException {
        stall(500);
        assertEquals(200, RawHttp.get(server.address(), "/metrics").status());
        assertEquals(0, server.server.errors());
    }

    @Test
    void giveWayToOthersWhenThereAreTooMany() throws IOException, InterruptedException {
        stall(CONNECTIONS + 100);
        assertEquals(200, RawHttp.get(server.address(), "/metrics").status());
        assertEquals(0, dropped("refused"));
        assertTrue(dropped("gave_way") >= 101, server.server.status().toString());
        // The first that came, which has kept the server waiting for longest.
        assertEnded(stalled.get(0));
        assertTrue(server.server.status().connections() <= CONNECTIONS);
    }

    @Test
    void areDroppedWhenTheirTimeIsUp() throws IOException {
        stall(3);
        for (Socket socket : stalled) {
            assertEnded(socket);
        }
        assertEquals(3, dropped("slow_request"));
    }

    @Test
    void areDroppedAlsoWhenTheyDripBytes() throws IOException, InterruptedException {
        stall(1);
        boolean open = true;
        while (open) {
            try {
                RawHttp.write(stalled.get(0), "x");
                Thread.sleep(50);
            } catch (IOException closed) {
                open = false;
            }
        }
        assertEquals(1, dropped("slow_request"));
    }

    @Test
    void areNoReasonToStopLate() throws IOException {
        stall(5);
        assertEquals(200, RawHttp.get(server.address(), "/metrics").status());
        server.close();
        for (Socket socket : stalled) {
            assertEnded(socket);
        }
    }

    private static void assertEnded(Socket socket) {
        assertThrows(IOException.class, () -> {
            if (socket.getInputStream().read() < 0) {
                throw new IOException("closed");
            }
        });
    }
}
