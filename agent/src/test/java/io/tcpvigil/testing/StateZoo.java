// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A private network namespace with sockets standing in every state that plain sockets can reach, over IPv4, IPv6 and IPv4
 * through IPv6 sockets. Nothing in it moves but timers.
 */
public final class StateZoo implements AutoCloseable {
    /** How a pair of sockets talks. */
    public enum Stack {
        IPV4(StandardProtocolFamily.INET, "127.0.0.1"),
        IPV6(StandardProtocolFamily.INET6, "::1"),
        MAPPED(StandardProtocolFamily.INET6, "127.0.0.1");

        private final StandardProtocolFamily family;
        private final String address;

        Stack(StandardProtocolFamily family, String address) {
            this.family = family;
            this.address = address;
        }
    }

    /**
     * Rows that each stack shows, by the name of the state. ESTABLISHED: an accepted pair (2), two un-accepted connections
     * with their clients (4), the peers of the two stuck FINs, which have not received them (2).
     */
    public static final Map<String, Integer> ROWS_PER_STACK = Map.of(
            "LISTEN", 2,
            "ESTABLISHED", 8,
            "SYN-SENT", 1,
            "FIN-WAIT-1", 2,
            "FIN-WAIT-2", 4,
            "CLOSE-WAIT", 3,
            "LAST-ACK", 1,
            "TIME-WAIT", 1,
            "(bound)", 1);

    private final PrivateNamespace namespace;
    private final long filledNanos = System.nanoTime();
    private final List<Channel> held = new ArrayList<>();

    private StateZoo(PrivateNamespace namespace) {
        this.namespace = namespace;
    }

    /** Fills a new namespace. */
    public static StateZoo open() throws Exception {
        Requirement.root();
        StateZoo zoo = new StateZoo(PrivateNamespace.create(Libc.get()));
        zoo.namespace.call(() -> {
            for (Stack stack : Stack.values()) {
                zoo.fill(stack);
            }
            awaitRest();
            return true;
        });
        return zoo;
    }

    /** Waits until each state has its sockets: the ACK of a FIN may be delayed by some 40 ms. */
    private static void awaitRest() throws InterruptedException {
        long deadline = System.nanoTime() + 60_000_000_000L;
        Map<String, Integer> found = Map.of();
        while (!found.equals(allRows())) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("the zoo holds " + found + " instead of " + allRows());
            }
            Thread.sleep(5);
            found = countRows();
        }
    }

    /** What the whole zoo shows, by the name of the state. */
    public static Map<String, Integer> allRows() {
        Map<String, Integer> rows = new TreeMap<>();
        ROWS_PER_STACK.forEach((state, count) -> rows.put(state, count * Stack.values().length));
        return rows;
    }

    private static Map<String, Integer> countRows() {
        Map<String, Integer> found = new TreeMap<>();
        try (NetlinkSource source = NetlinkSource.ofThread()) {
            SocketTable table = new SocketTable();
            source.dump(SocketQuery.ALL, table);
            for (int row = 0; row < table.rows(); row++) {
                String state = table.kind(row) == SocketKind.BOUND
                        ? "(bound)"
                        : table.state(row).displayName();
                found.merge(state, 1, Integer::sum);
            }
        }
        return found;
    }

    /** Whether its TIME-WAIT, and the FIN-WAIT-2 that nobody holds, stand for long enough yet: both end after 60 s. */
    public boolean isFresh() {
        return System.nanoTime() - filledNanos < TimeUnit.SECONDS.toNanos(20);
    }

    /** Runs {@code work} inside the namespace. */
    public <T> T call(Callable<T> work) throws Exception {
        return namespace.call(work);
    }

    private void fill(Stack stack) throws IOException {
        ServerSocketChannel listener = listen(stack, 16);
        // ESTABLISHED, both ends held.
        connect(stack, listener);
        // FIN-WAIT-2 held by its application, against CLOSE-WAIT that has not read the FIN.
        Pair halfClosed = connect(stack, listener);
        halfClosed.client.shutdownOutput();
        // FIN-WAIT-2 orphaned, against CLOSE-WAIT that has read the FIN.
        Pair orphan = connect(stack, listener);
        orphan.client.close();
        orphan.server.configureBlocking(true);
        orphan.server.read(ByteBuffer.allocate(1));
        // TIME-WAIT.
        Pair closed = connect(stack, listener);
        closed.client.close();
        closed.server.close();
        // FIN-WAIT-1: the FIN waits behind data that the peer does not read; once held, once orphaned.
        Pair stuck = connect(stack, listener);
        fillWindow(stuck.client);
        stuck.client.shutdownOutput();
        Pair stuckOrphan = connect(stack, listener);
        fillWindow(stuckOrphan.client);
        stuckOrphan.client.close();
        // LAST-ACK: the peer closed first, then we, behind data that it does not read; the peer is in FIN-WAIT-2.
        Pair lastAck = connect(stack, listener);
        fillWindow(lastAck.server);
        lastAck.client.shutdownOutput();
        awaitEndOfStream(lastAck.server);
        lastAck.server.close();
        // One more pair of FIN-WAIT-2 held and CLOSE-WAIT unread, so that a state with several sockets is in the zoo.
        connect(stack, listener).client.shutdownOutput();
        // A full accept queue: limit 1 lets 2 in; the third stays in SYN-SENT.
        ServerSocketChannel full = listen(stack, 1);
        for (int i = 0; i < 2; i++) {
            open(stack).connect(full.getLocalAddress());
        }
        SocketChannel unanswered = open(stack);
        unanswered.configureBlocking(false);
        unanswered.connect(full.getLocalAddress());
        // Bound, and nothing else.
        open(stack).bind(new InetSocketAddress(InetAddress.getByName(stack.address), 0));
    }

    private record Pair(SocketChannel client, SocketChannel server) {}

    private ServerSocketChannel listen(Stack stack, int backlog) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(stack.family);
        held.add(listener);
        listener.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        return listener.bind(new InetSocketAddress(InetAddress.getByName(stack.address), 0), backlog);
    }

    private SocketChannel open(Stack stack) throws IOException {
        SocketChannel channel = SocketChannel.open(stack.family);
        held.add(channel);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
        return channel;
    }

    private Pair connect(Stack stack, ServerSocketChannel listener) throws IOException {
        SocketChannel client = open(stack);
        client.connect(listener.getLocalAddress());
        SocketChannel server = listener.accept();
        held.add(server);
        server.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
        return new Pair(client, server);
    }

    /** Writes until neither the peer's window nor our buffer takes more. */
    private static void fillWindow(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        ByteBuffer data = ByteBuffer.allocate(64 * 1024);
        while (channel.write(data.clear()) > 0) {
            // Once more.
        }
    }

    private static void awaitEndOfStream(SocketChannel channel) throws IOException {
        channel.configureBlocking(true);
        if (channel.read(ByteBuffer.allocate(1)) != -1) {
            throw new IllegalStateException("expected the end of the stream");
        }
    }

    @Override
    public void close() throws IOException {
        for (Channel channel : held) {
            channel.close();
        }
        namespace.close();
    }
}
