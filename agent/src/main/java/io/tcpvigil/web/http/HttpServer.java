// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;

/**
 * Serves all clients of all its addresses from one thread. What one client may take is in {@link Limits}; when there is no
 * room for another one, the one that has kept the server waiting for longest gives way.
 */
public final class HttpServer {
    private static final int BACKLOG = 1024;
    private static final long SWEEP_MILLIS = 200;

    /** Clients that are accepted before others are heard again; under TLS each takes up to a millisecond. */
    private static final int ACCEPTS_AT_A_TIME = 16;

    private static final int STACK_BYTES = 512 * 1024;

    private final Handler handler;
    private final Limits limits;
    private final BiConsumer<String, Throwable> problems;
    private final Selector selector;
    private final Buffers buffers = new Buffers();
    private final HttpDate date = new HttpDate();
    private final Handshakes handshakes;
    private final Queue<LongConsumer> tasks = new ConcurrentLinkedQueue<>();
    private final Set<Connection> connections = new HashSet<>();
    private final List<SelectionKey> listeners = new ArrayList<>();
    private final AtomicLongArray drops = new AtomicLongArray(Drop.values().length);
    private final AtomicLong withoutPlace = new AtomicLong();
    private final Thread thread;

    private record Listener(
            ServerSocketChannel channel,
            InetSocketAddress address,
            @Nullable Supplier<SSLEngine> tls) {}

    private int heavyAnswers;
    private long heldBytes;
    private long lastSweep;
    private boolean acceptsPaused;
    private volatile int openConnections;
    private volatile long lastRound = System.nanoTime();
    private volatile boolean stopping;
    private volatile long stopBy;

    /** @param problems takes what went wrong while doing what, from any thread */
    public HttpServer(Handler handler, Limits limits, BiConsumer<String, Throwable> problems) throws IOException {
        this.handler = handler;
        this.limits = limits;
        this.problems = problems;
        this.selector = Selector.open();
        this.thread = thread("web-clients", this::run);
        this.handshakes = new Handshakes(task -> thread("web-handshakes", task));
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(null, task, name, STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Listens on one more address; nothing is accepted before {@link #start}.
     *
     * @param tls makes the engine for one client; null for plain connections
     * @return the address with the real port
     */
    public InetSocketAddress listen(InetSocketAddress address, @Nullable Supplier<SSLEngine> tls) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            channel.configureBlocking(false);
            InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
            listeners.add(channel.register(selector, SelectionKey.OP_ACCEPT, new Listener(channel, bound, tls)));
            return bound;
        } catch (IOException | RuntimeException failed) {
            channel.close();
            throw failed;
        }
    }

    /** Begins to serve, in a thread that does not keep the process alive. */
    public void start() {
        thread.start();
    }

    /** Accepts no more at once; answers under way get so many milliseconds. Returns when all is closed. */
    public void stop(long graceMillis) throws InterruptedException {
        stopBy = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        stopping = true;
        if (thread.getState() == Thread.State.NEW) {
            closeAll();
        } else {
            selector.wakeup();
            thread.join();
        }
    }

    /** How many clients have lost their connection so. */
    public long drops(Drop why) {
        return drops.get(why.ordinal());
    }

    /** How many requests were refused because too many others were being answered. */
    public long withoutPlace() {
        return withoutPlace.get();
    }

    /** Clients at present. */
    public int connections() {
        return openConnections;
    }

    /** For how long nobody has been heard: far less than a second, unless something holds the thread or it has ended. */
    public long silentNanos() {
        return System.nanoTime() - lastRound;
    }

    private void run() {
        boolean owing = true;
        while (!stopping || owing) {
            try {
                select();
                if (stopping) {
                    closeListeners();
                    owing = System.nanoTime() - stopBy < 0
                            && connections.stream().anyMatch(Connection::isOwed);
                }
                lastRound = System.nanoTime();
            } catch (Throwable problem) {
                problem("serving clients", problem);
            }
        }
        closeAll();
    }

    private void closeAll() {
        closeListeners();
        List.copyOf(connections).forEach(Connection::close);
        handshakes.stop();
        try {
            selector.close();
        } catch (IOException problem) {
            problem("stopping", problem);
        }
    }

    private void closeListeners() {
        for (SelectionKey listener : listeners) {
            try {
                listener.channel().close();
            } catch (IOException problem) {
                problem("closing a port", problem);
            }
        }
        listeners.clear();
    }

    private void select() throws IOException {
        if (tasks.isEmpty() && !stopping) {
            selector.select(SWEEP_MILLIS);
        } else if (tasks.isEmpty()) {
            selector.select(10);
        } else {
            selector.selectNow();
        }
        long now = System.nanoTime();
        Set<SelectionKey> ready = selector.selectedKeys();
        for (SelectionKey key : ready) {
            if (key.attachment() instanceof Connection connection) {
                connection.proceed(now);
            } else if (key.attachment() instanceof Listener listener && key.isValid()) {
                accept(key, listener, now);
            }
        }
        ready.clear();
        // Not those that come of these: first it is the turn of clients that have not been heard.
        for (int left = tasks.size(); left > 0; left--) {
            tasks.remove().accept(now);
        }
        if (now - lastSweep >= TimeUnit.MILLISECONDS.toNanos(SWEEP_MILLIS)) {
            sweep(now);
        }
    }

    private void sweep(long now) {
        lastSweep = now;
        for (Connection connection : List.copyOf(connections)) {
            connection.checkTime(now);
        }
        if (acceptsPaused) {
            acceptsPaused = false;
            listeners.forEach(listener -> listener.interestOps(SelectionKey.OP_ACCEPT));
        }
    }

    private void accept(SelectionKey key, Listener listener, long now) {
        for (int i = 0; i < ACCEPTS_AT_A_TIME; i++) {
            SocketChannel channel;
            try {
                channel = listener.channel().accept();
            } catch (IOException failed) {
                // Out of descriptors, for example: it would fail again at once, and again.
                problem("accepting a connection", failed);
                key.interestOps(0);
                acceptsPaused = true;
                return;
            }
            if (channel == null) {
                return;
            }
            try {
                serve(channel, listener, now);
            } catch (Throwable failed) {
                problem("beginning to serve a connection", failed);
                closeQuietly(channel);
            }
        }
    }

    private void serve(SocketChannel channel, Listener listener, long now) throws IOException {
        if (connections.size() >= limits.connections() && !makeRoom(connection -> true, 0, now)) {
            count(Drop.REFUSED);
            channel.close();
            return;
        }
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(selector, 0);
        Supplier<SSLEngine> tls = listener.tls();
        Transport transport = tls == null
                ? new PlainTransport(channel, buffers.wire)
                : new TlsTransport(
                        channel,
                        tls.get(),
                        buffers,
                        task -> handshakes.execute(channel.socket().getInetAddress(), task),
                        done -> later(time -> {
                            done.resumed();
                            resume(key, time);
                        }));
        RequestReader reader =
                new RequestReader(limits.headBytes(), channel.socket().getInetAddress(), listener.address());
        Connection connection = new Connection(this, key, transport, reader, now);
        key.attach(connection);
        connections.add(connection);
        openConnections = connections.size();
        // Most clients have sent their request by now.
        connection.proceed(now);
    }

    private void resume(SelectionKey key, long now) {
        if (key.attachment() instanceof Connection connection) {
            connection.resume(now);
        }
    }

    private void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException gone) {
            problem("closing a connection", gone);
        }
    }

    /** Has the thread that serves clients do something; it is told the time. */
    void later(LongConsumer task) {
        tasks.add(task);
        if (Thread.currentThread() != thread) {
            selector.wakeup();
        }
    }

    /** Drops whoever of these has kept the server waiting for longest, if that is at least so long. */
    private boolean makeRoom(Predicate<Connection> candidates, long atLeastNanos, long now) {
        Connection slowest = null;
        long longest = atLeastNanos;
        for (Connection connection : connections) {
            long waiting = connection.keepsWaiting(now);
            if (waiting >= longest && candidates.test(connection)) {
                slowest = connection;
                longest = waiting;
            }
        }
        if (slowest == null) {
            return false;
        }
        slowest.drop(Drop.GAVE_WAY);
        return true;
    }

    /** Takes a place for a heavy answer, if need be from a client that is slow to take its own. */
    boolean takePlace(long now) {
        if (heavyAnswers >= limits.heavyAnswers() && !makeRoom(Connection::isHeavyWriting, limits.graceNanos(), now)) {
            return false;
        }
        heavyAnswers++;
        return true;
    }

    /** Accounts for bytes that a client has not taken. */
    void hold(long bytes, long now) {
        heldBytes += bytes;
        boolean found = true;
        while (heldBytes > limits.heldBytes() && found) {
            found = makeRoom(Connection::isWriting, limits.graceNanos(), now);
        }
    }

    void release(long bytes, boolean heavy) {
        heldBytes -= bytes;
        heavyAnswers -= heavy ? 1 : 0;
    }

    void closed(Connection connection) {
        connections.remove(connection);
        openConnections = connections.size();
    }

    void count(Drop why) {
        drops.incrementAndGet(why.ordinal());
    }

    void countNoPlace() {
        withoutPlace.incrementAndGet();
    }

    void problem(String what, Throwable cause) {
        try {
            problems.accept(what, cause);
        } catch (Throwable unsaid) {
            // There is no memory for the line either. That clients are served is worth more than what could be said.
        }
    }

    /** The time for an answer that is sent now. */
    String date() {
        return date.at(Instant.now());
    }

    /** Room for what is read from a channel or written to one. */
    ByteBuffer wire() {
        return buffers.wire;
    }

    Handler handler() {
        return handler;
    }

    Limits limits() {
        return limits;
    }

    boolean isStopping() {
        return stopping;
    }
}
