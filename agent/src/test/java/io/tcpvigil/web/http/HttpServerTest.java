// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server by itself, with small limits. */
@Timeout(60)
final class HttpServerTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Larger than what the kernel takes of an answer that nobody reads. */
    private static final byte[] LARGE = new byte[16 << 20];

    private final BlockingQueue<Consumer<Answer>> open = new LinkedBlockingQueue<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<Socket> clients = new ArrayList<>();
    private HttpServer server;
    private InetSocketAddress address;

    /** Answers by the path: at once, heavily, with much, when the test says so, or not at all. */
    private final class Paths implements Handler {
        @Override
        public boolean isHeavy(Request request) {
            return request.path().startsWith("/heavy");
        }

        @Override
        public void handle(Request request, Consumer<Answer> reply) {
            switch (request.path()) {
                case "/light", "/heavy" -> reply.accept(Answer.line(200, "ok"));
                case "/large", "/heavy-large" -> reply.accept(new Answer(200, Map.of(), LARGE));
                case "/defect" -> throw new IllegalStateException("a defect");
                default -> open.add(reply);
            }
        }

        @Override
        public Answer dress(Answer bare) {
            return bare.with("Dressed", "yes");
        }
    }

    @BeforeEach
    void start() throws IOException {
        Limits limits = new Limits(20, 2, 1000, 2L * LARGE.length, 2 * SECOND, 20 * SECOND, 20 * SECOND, SECOND / 5);
        server = new HttpServer(new Paths(), limits, (what, cause) -> problems.add(what + ": " + cause));
        address = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null);
        server.start();
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        for (Socket client : clients) {
            client.close();
        }
        server.stop(0);
    }

    private Socket ask(String path) throws IOException {
        Socket socket = connect();
        send(socket, path);
        return socket;
    }

    /** With room for little, so that what is not read stays with the server. */
    private Socket connect() throws IOException {
        Socket socket = new Socket();
        clients.add(socket);
        socket.setReceiveBufferSize(8 * 1024);
        socket.setSoTimeout(30_000);
        socket.connect(address);
        return socket;
    }

    private static void send(Socket socket, String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads the head of an answer; -1 when there is none any more. */
    private static int status(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                return -1;
            }
            head.append((char) octet);
        }
        int length = Integer.parseInt(
                head.substring(head.indexOf("Content-Length: ") + 16).split("\r", 2)[0]);
        if (length < 1000) {
            in.readNBytes(length);
        }
        return Integer.parseInt(head.substring(9, 12));
    }

    private void awaitDrops(Drop why, long count) throws InterruptedException {
        while (server.drops(why) < count) {
            Thread.sleep(5);
        }
        assertEquals(count, server.drops(why));
    }

    @Test
    void answersRequestsSentInOneGoInTheirOrder() throws IOException {
        Socket socket = ask("/light");
        for (int i = 0; i < 500; i++) {
            send(socket, i % 2 == 0 ? "/heavy" : "/light");
        }
        for (int i = 0; i < 501; i++) {
            assertEquals(200, status(socket));
        }
    }

    @Test
    void refusesWhatItHasNoPlaceForAndNothingElse() throws Exception {
        Socket first = ask("/heavy-later");
        Consumer<Answer> one = open.take();
        Socket second = ask("/heavy-later");
        Consumer<Answer> other = open.take();
        Socket third = ask("/heavy");
        assertEquals(503, status(third));
        assertEquals(200, status(ask("/light")));
        one.accept(Answer.line(200, "late"));
        assertEquals(200, status(first));
        send(third, "/heavy");
        assertEquals(200, status(third));
        other.accept(Answer.line(200, "late"));
        assertEquals(200, status(second));
        assertEquals(1, server.withoutPlace());
    }

    @Test
    void hasWhoDoesNotTakeAnAnswerGiveItsPlaceToWhoDoes() throws Exception {
        Socket deaf = ask("/heavy-large");
        Socket alsoDeaf = ask("/heavy-large");
        assertEquals(200, status(deaf));
        assertEquals(200, status(alsoDeaf));
        // On one connection, so that nobody gives way for want of those.
        Socket asking = ask("/heavy");
        int status = status(asking);
        while (status == 503) {
            send(asking, "/heavy");
            status = status(asking);
        }
        assertEquals(200, status);
        awaitDrops(Drop.GAVE_WAY, 1);
        int cut = 0;
        for (Socket each : List.of(deaf, alsoDeaf)) {
            cut += isCut(each) ? 1 : 0;
        }
        assertTrue(cut >= 1);
    }

    private static boolean isCut(Socket socket) {
        try {
            return socket.getInputStream().readNBytes(LARGE.length).length < LARGE.length;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void holdsOnlySoMuchForClientsThatDoNotTakeIt() throws Exception {
        for (int i = 0; i < 6; i++) {
            assertEquals(200, status(ask("/large")));
            Thread.sleep(250);
        }
        // Each holds what the kernel has not taken of 16 MiB: three are more than 32 only when it has taken little.
        assertEquals(200, status(ask("/light")));
        assertTrue(server.drops(Drop.GAVE_WAY) >= 2, "gave way: " + server.drops(Drop.GAVE_WAY));
    }

    @Test
    void dropsForALaterOneTheClientThatWaitsForLongest() throws Exception {
        Socket first = ask("/light");
        assertEquals(200, status(first));
        for (int i = 0; i < 19; i++) {
            assertEquals(200, status(ask("/light")));
        }
        assertEquals(200, status(ask("/light")));
        awaitDrops(Drop.GAVE_WAY, 1);
        assertEquals(-1, status(first));
        assertEquals(20, server.connections());
    }

    @Test
    void refusesConnectionsOnlyWhenAllAreOwedAnAnswer() throws Exception {
        for (int i = 0; i < 20; i++) {
            ask("/later");
        }
        for (int i = 0; i < 20; i++) {
            open.take();
        }
        Socket late = ask("/light");
        assertThrows(IOException.class, () -> {
            if (status(late) < 0) {
                throw new IOException("ended");
            }
        });
        assertEquals(1, server.drops(Drop.REFUSED));
    }

    @Test
    void tellsWhoSendsTooMuchBeforeItEnds() throws Exception {
        Socket socket = connect();
        byte[] part =
                ("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(20 * 1024)).getBytes(StandardCharsets.ISO_8859_1);
        // The client goes on sending after it has been refused: a reset would end that, and lose the answer.
        for (int i = 0; i < 4; i++) {
            socket.getOutputStream().write(part);
            Thread.sleep(20);
        }
        assertEquals(431, status(socket));
    }

    @Test
    void outlivesADefect() throws Exception {
        assertEquals(-1, status(ask("/defect")));
        assertEquals(List.of("serving a client: java.lang.IllegalStateException: a defect"), problems);
        assertEquals(200, status(ask("/light")));
    }

    @Test
    void givesWhatIsOwedBeforeItStops() throws Exception {
        Socket socket = ask("/later");
        Consumer<Answer> reply = open.take();
        Thread stopper = new Thread(() -> {
            try {
                server.stop(20_000);
            } catch (InterruptedException never) {
                Thread.currentThread().interrupt();
            }
        });
        stopper.start();
        reply.accept(Answer.line(200, "late"));
        assertEquals(200, status(socket));
        stopper.join();
        assertThrows(IOException.class, () -> ask("/light"));
    }
}
