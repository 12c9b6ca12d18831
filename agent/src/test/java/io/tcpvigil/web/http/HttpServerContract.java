// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.testing.HoldingSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server by itself, with small limits: what must hold of it however the bytes come. */
@Timeout(60)
abstract class HttpServerContract {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Larger than what the kernel takes of an answer that nobody reads. */
    private static final byte[] LARGE = new byte[16 << 20];

    private final BlockingQueue<Consumer<Answer>> open = new LinkedBlockingQueue<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<String> handled = new CopyOnWriteArrayList<>();
    private final CountDownLatch stuck = new CountDownLatch(1);
    private volatile boolean untellable;
    private final List<Socket> clients = new ArrayList<>();
    /** Held on to: on Java 17 what TLS makes of a socket closes it when it is collected. */
    private final List<Socket> ends = new ArrayList<>();

    private HttpServer server;
    private InetSocketAddress address;

    /** How a client's bytes are encrypted; null for as they are. */
    abstract @Nullable Supplier<SSLEngine> tls();

    /**
     * The client's end of that.
     *
     * @param socket is connected
     */
    abstract Socket client(Socket socket) throws IOException;

    /** Answers by the path: at once, heavily, with much, when the test says so, or not at all. */
    private final class Paths implements Handler {
        @Override
        public boolean isHeavy(Request request) {
            return request.path().startsWith("/heavy");
        }

        @Override
        public void handle(Request request, Consumer<Answer> reply) {
            handled.add(request.path());
            switch (request.path()) {
                case "/light", "/heavy" -> reply.accept(Answer.line(200, "ok"));
                case "/large", "/heavy-large" -> reply.accept(new Answer(200, Map.of(), LARGE));
                case "/defect" -> throw new IllegalStateException("a defect");
                case "/stuck" -> {
                    awaitStuck();
                    reply.accept(Answer.line(200, "ok"));
                }
                case "/error" -> throw new StackOverflowError("an error");
                case "/heavy-spoilt" -> reply.accept(new Answer(200, new SpoiltFields(), LARGE));
                default -> open.add(reply);
            }
        }

        private void awaitStuck() {
            try {
                stuck.await();
            } catch (InterruptedException never) {
                throw new IllegalStateException(never);
            }
        }

        @Override
        public Answer dress(Answer bare) {
            return bare.with("Dressed", "yes");
        }
    }

    /** Cannot be written. */
    private static final class SpoiltFields extends AbstractMap<String, String> {
        @Override
        public Set<Map.Entry<String, String>> entrySet() {
            throw new StackOverflowError("spoilt");
        }
    }

    @BeforeEach
    void start() throws IOException {
        Limits limits = new Limits(20, 2, 1000, 2L * LARGE.length, 5 * SECOND, 20 * SECOND, 20 * SECOND, SECOND / 5);
        server = new HttpServer(new Paths(), limits, this::tell);
        address = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), tls());
        server.start();
    }

    private void tell(String what, Throwable cause) {
        if (untellable) {
            throw new OutOfMemoryError("no line");
        }
        problems.add(what + ": " + cause);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        stuck.countDown();
        for (Socket client : clients) {
            client.close();
        }
        server.stop(0);
    }

    final HttpServer server() {
        return server;
    }

    private Socket ask(String path) throws IOException {
        Socket socket = connect();
        send(socket, path);
        return socket;
    }

    /** With room for little, so that what is not read stays with the server. */
    final Socket connect() throws IOException {
        HoldingSocket socket = new HoldingSocket();
        clients.add(socket);
        socket.setReceiveBufferSize(8 * 1024);
        socket.setSoTimeout(30_000);
        socket.connect(address);
        Socket end = client(socket);
        ends.add(end);
        return end;
    }

    static void send(Socket socket, String path) throws IOException {
        write(socket, request(path));
    }

    static String request(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends pieces, under TLS each in a record of its own, as one piece: the last connected client does. */
    private void writeAtOnce(Socket socket, String... pieces) throws IOException {
        // Under TLS, what is held until then is not to be the handshake.
        send(socket, "/light");
        assertEquals(200, status(socket));
        HoldingSocket wire = (HoldingSocket) clients.get(clients.size() - 1);
        wire.hold();
        for (String piece : pieces) {
            write(socket, piece);
        }
        wire.release();
    }

    /** Reads the head of an answer; -1 when there is none any more. */
    static int status(Socket socket) throws IOException {
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

    final void awaitDrops(Drop why, long count) throws InterruptedException {
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
    void answersRequestsOfWhichMuchComesAtOnce() throws IOException {
        Socket socket = connect();
        writeAtOnce(socket, request("/light"), request("/heavy"), request("/light"), request("/light"));
        for (int i = 0; i < 4; i++) {
            assertEquals(200, status(socket));
        }
    }

    @Test
    void readsAHeadThatComesInPieces() throws Exception {
        Socket socket = connect();
        writeAtOnce(socket, "GET /light HT", "TP/1.1\r\nHo", "st: x\r", "\n\r", "\nGET /hea");
        assertEquals(200, status(socket));
        for (String piece : List.of("vy HTTP/1.1\r\n", "Host", ": x\r\n", "\r\n")) {
            Thread.sleep(20);
            write(socket, piece);
        }
        assertEquals(200, status(socket));
        assertEquals(0, server.drops(Drop.SLOW_REQUEST));
    }

    @Test
    void dropsWhoDoesNotEndARequest() throws Exception {
        Socket socket = connect();
        writeAtOnce(socket, request("/light"), "GET /light HTTP/1.1\r\n", "Host: x");
        assertEquals(200, status(socket));
        assertEquals(-1, status(socket));
        awaitDrops(Drop.SLOW_REQUEST, 1);
    }

    @Test
    void answersWhoSendsNothingAnyMore() throws Exception {
        Socket socket = ask("/later");
        socket.shutdownOutput();
        open.take().accept(Answer.line(200, "late"));
        assertEquals(200, status(socket));
        assertEquals(-1, status(socket));
    }

    @Test
    void refusesAnyNumberOfRequestsThatComeAtOnce() throws Exception {
        ask("/heavy-later");
        ask("/heavy-later");
        open.take();
        open.take();
        Socket socket = connect();
        int count = 3000;
        Thread sender = new Thread(() -> {
            try {
                write(socket, request("/heavy").repeat(count));
            } catch (IOException cut) {
                throw new IllegalStateException(cut);
            }
        });
        sender.start();
        for (int i = 0; i < count; i++) {
            assertEquals(503, status(socket), "of request " + i);
        }
        sender.join();
        assertEquals(200, status(ask("/light")));
        assertEquals(List.of(), problems);
    }

    @Test
    void hearsOthersBetweenTwoRequestsOfOne() throws Exception {
        Socket other = ask("/light");
        assertEquals(200, status(other));
        Socket greedy = connect();
        writeAtOnce(
                greedy, request("/light"), request("/stuck"), request("/light").repeat(1000));
        while (!handled.contains("/stuck")) {
            Thread.sleep(1);
        }
        send(other, "/heavy");
        stuck.countDown();
        assertEquals(200, status(other));
        int between = handled.indexOf("/heavy") - handled.indexOf("/stuck") - 1;
        assertTrue(between <= 3, "requests between: " + between);
    }

    @Test
    void refusesWhatItHasNoPlaceForAndNothingElse() throws Exception {
        Socket first = ask("/heavy-later");
        Consumer<Answer> one = open.take();
        Socket second = ask("/heavy-later");
        Consumer<Answer> other = open.take();
        Socket third = ask("/heavy");
        assertEquals(503, status(third));
        assertEquals(1, server.withoutPlace());
        assertEquals(200, status(ask("/light")));
        one.accept(Answer.line(200, "late"));
        assertEquals(200, status(first));
        send(third, "/heavy");
        assertEquals(200, status(third));
        other.accept(Answer.line(200, "late"));
        assertEquals(200, status(second));
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
        assertThrows(IOException.class, () -> {
            if (status(ask("/light")) < 0) {
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

    @ParameterizedTest
    @CsvSource({
        "/defect, serving a client: java.lang.IllegalStateException: a defect",
        "/error, serving a client: java.lang.StackOverflowError: an error",
        "/heavy-spoilt, serving a client: java.lang.StackOverflowError: spoilt"
    })
    void outlivesADefect(String path, String problem) throws Exception {
        // More often than there are places, which are given back.
        for (int i = 0; i < 3; i++) {
            assertEquals(-1, status(ask(path)));
        }
        assertEquals(List.of(problem, problem, problem), problems);
        assertEquals(200, status(ask("/heavy")));
    }

    @Test
    void outlivesThatADefectCannotBeTold() throws Exception {
        untellable = true;
        assertEquals(-1, status(ask("/defect")));
        assertEquals(200, status(ask("/light")));
    }

    @Test
    void knowsForHowLongItHearsNobody() throws Exception {
        ask("/stuck");
        while (server.silentNanos() < SECOND) {
            Thread.sleep(10);
        }
        stuck.countDown();
        while (server.silentNanos() > SECOND / 2) {
            Thread.sleep(1);
        }
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
