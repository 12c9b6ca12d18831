// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Real connections over loopback that come and go in every way that a program can bring about, as fast as one thread makes
 * them; what was done is counted. To be used on a thread inside a network namespace that the test made.
 */
public final class Churn implements AutoCloseable {
    /** What becomes of one connection. */
    public enum Life {
        CLIENT_CLOSES,
        SERVER_CLOSES,
        CLIENT_ABORTS,
        SERVER_ABORTS,
        /** With bytes in its receive queue that it never reads: the kernel sends RST. */
        SERVER_CLOSES_UNREAD,
        /** By a blocking connect(), after which the kernel forgets the port of the peer. */
        REFUSED,
        /** By a connect() that does not block, whose error is fetched. */
        REFUSED_LATER,
        /** Closed by its own process while the SYN is not answered. */
        GIVEN_UP,
        /** The same, until the kernel gives up, which it is told to when all else is done; see {@link #finish}. */
        TIMED_OUT;

        /** How many sockets it takes: those of both ends, unless no connection comes up. */
        public int sockets() {
            return switch (this) {
                case CLIENT_CLOSES, SERVER_CLOSES, CLIENT_ABORTS, SERVER_ABORTS, SERVER_CLOSES_UNREAD -> 2;
                case REFUSED, REFUSED_LATER, GIVEN_UP, TIMED_OUT -> 1;
            };
        }
    }

    private static final Path SYN_RETRIES = Path.of("/proc/sys/net/ipv4/tcp_syn_retries");

    private final ServerSocketChannel server;
    private final ServerSocketChannel full;
    private final List<SocketChannel> filling = new ArrayList<>();
    private final InetSocketAddress closedPort;
    private final SplittableRandom random;
    private final Map<Life, Integer> done = new EnumMap<>(Life.class);
    private final List<SocketChannel[]> held = new ArrayList<>();
    private final BlockingQueue<SocketChannel> dying = new LinkedBlockingQueue<>();

    /**
     * @param loopback the address of all connections
     * @param seed of the order of lives, to be printed by the test
     */
    public Churn(InetAddress loopback, long seed) throws IOException {
        random = new SplittableRandom(seed);
        server = ServerSocketChannel.open().bind(new InetSocketAddress(loopback, 0), 1024);
        try (ServerSocketChannel soonClosed = ServerSocketChannel.open().bind(new InetSocketAddress(loopback, 0))) {
            closedPort = (InetSocketAddress) soonClosed.getLocalAddress();
        }
        // Its accept queue holds two and stays full: SYNs to it are dropped without an answer.
        full = ServerSocketChannel.open().bind(new InetSocketAddress(loopback, 0), 1);
        for (int i = 0; i < 2; i++) {
            filling.add(SocketChannel.open(full.getLocalAddress()));
        }
        for (Life life : Life.values()) {
            done.put(life, 0);
        }
    }

    /** How many connections had each life. */
    public Map<Life, Integer> done() {
        return done;
    }

    public int done(Life life) {
        return done.getOrDefault(life, 0);
    }

    /** Lets so many connections live and die, one of {@code hold} of them only {@code hold} connections later. */
    public void run(Life[] lives, int connections, int hold) throws IOException {
        for (int i = 0; i < connections; i++) {
            Life life = lives[random.nextInt(lives.length)];
            done.merge(life, 1, Integer::sum);
            switch (life) {
                case CLIENT_CLOSES, SERVER_CLOSES, CLIENT_ABORTS, SERVER_ABORTS, SERVER_CLOSES_UNREAD ->
                    connected(life, hold);
                case REFUSED -> refused();
                case REFUSED_LATER -> refusedLater();
                case GIVEN_UP -> attempt().close();
                case TIMED_OUT -> dying.add(attempt());
            }
        }
    }

    private void connected(Life life, int hold) throws IOException {
        SocketChannel client = SocketChannel.open(server.getLocalAddress());
        SocketChannel accepted = server.accept();
        if (random.nextBoolean() || life == Life.SERVER_CLOSES_UNREAD) {
            client.write(ByteBuffer.wrap(new byte[100]));
        }
        if (random.nextBoolean() && life != Life.SERVER_CLOSES_UNREAD) {
            accepted.write(ByteBuffer.wrap(new byte[10]));
            client.read(ByteBuffer.allocate(10));
        }
        if (hold > 0 && random.nextInt(hold) == 0) {
            held.add(new SocketChannel[] {client, accepted});
            if (held.size() < hold) {
                // Another, older one goes in its place once there are enough.
                done.merge(life, -1, Integer::sum);
                return;
            }
            SocketChannel[] oldest = held.remove(0);
            end(life, oldest[0], oldest[1]);
        } else {
            end(life, client, accepted);
        }
    }

    private static void end(Life life, SocketChannel client, SocketChannel accepted) throws IOException {
        switch (life) {
            case CLIENT_CLOSES -> closeInOrder(client, accepted);
            case SERVER_CLOSES -> closeInOrder(accepted, client);
            case CLIENT_ABORTS -> abort(client, accepted);
            case SERVER_ABORTS -> abort(accepted, client);
            case SERVER_CLOSES_UNREAD -> {
                accepted.close();
                awaitReset(client);
                client.close();
            }
            case REFUSED, REFUSED_LATER, GIVEN_UP, TIMED_OUT -> throw new IllegalArgumentException(life.name());
        }
    }

    /** One side sends the first FIN, and has read all before, so that no RST is sent. */
    private static void closeInOrder(SocketChannel first, SocketChannel second) throws IOException {
        drain(first);
        first.shutdownOutput();
        second.configureBlocking(true);
        ByteBuffer buffer = ByteBuffer.allocate(256);
        while (second.read(buffer) >= 0) {
            buffer.clear();
        }
        second.close();
        first.configureBlocking(true);
        while (first.read(buffer) >= 0) {
            buffer.clear();
        }
        first.close();
    }

    private static void drain(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        ByteBuffer buffer = ByteBuffer.allocate(256);
        while (channel.read(buffer) > 0) {
            buffer.clear();
        }
    }

    private static void abort(SocketChannel first, SocketChannel second) throws IOException {
        first.configureBlocking(true);
        first.setOption(StandardSocketOptions.SO_LINGER, 0);
        first.close();
        awaitReset(second);
        second.close();
    }

    private static void awaitReset(SocketChannel channel) throws IOException {
        channel.configureBlocking(true);
        ByteBuffer buffer = ByteBuffer.allocate(256);
        assertThrows(IOException.class, () -> {
            while (channel.read(buffer) >= 0) {
                buffer.clear();
            }
        });
    }

    private void refused() throws IOException {
        try (SocketChannel refused = SocketChannel.open()) {
            assertThrows(ConnectException.class, () -> refused.connect(closedPort));
        }
    }

    private void refusedLater() throws IOException {
        try (SocketChannel refused = SocketChannel.open();
                Selector selector = Selector.open()) {
            refused.configureBlocking(false);
            refused.register(selector, SelectionKey.OP_CONNECT);
            assertThrows(ConnectException.class, () -> {
                if (!refused.connect(closedPort)) {
                    selector.select();
                    refused.finishConnect();
                }
            });
        }
    }

    private SocketChannel attempt() throws IOException {
        SocketChannel attempt = SocketChannel.open();
        attempt.configureBlocking(false);
        attempt.connect(full.getLocalAddress());
        return attempt;
    }

    /**
     * Ends, as clients that close, the connections that are still held, waits for the attempts that time out, and until
     * every observer can have seen all that was done.
     *
     * <p>No attempt times out before. Many do at once, in an interrupt, and if that came while a probe's program is at work
     * for a call of this thread, the kernel would not run the program for any of them.
     */
    public void finish() throws IOException {
        for (SocketChannel[] each : held) {
            end(Life.CLIENT_CLOSES, each[0], each[1]);
            done.merge(Life.CLIENT_CLOSES, 1, Integer::sum);
        }
        held.clear();
        if (!dying.isEmpty()) {
            Files.writeString(SYN_RETRIES, "1");
        }
        for (SocketChannel attempt; (attempt = dying.poll()) != null; ) {
            try (Selector selector = Selector.open()) {
                attempt.register(selector, SelectionKey.OP_CONNECT);
                selector.select();
                assertThrows(ConnectException.class, attempt::finishConnect);
                attempt.close();
            }
        }
        KernelRest.await();
    }

    @Override
    public void close() throws IOException {
        finish();
        for (SocketChannel each : filling) {
            each.close();
        }
        full.close();
        server.close();
    }
}
