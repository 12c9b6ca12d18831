// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Clients of a web server, good and bad, each kind in threads of its own until it is closed. */
public final class HttpLoad implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int BIG_HEAD = 64 * 1024;
    private static final long DRIP_MILLIS = 200;

    /** The head of a TLS record of 16 KiB, with which a handshake begins. */
    private static final byte[] RECORD = {22, 3, 1, 0x40, 0};

    private final InetSocketAddress server;
    private final @Nullable SSLContext tls;
    private String moreFields = "";
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong refusedHeads = new AtomicLong();
    private volatile boolean over;

    /** The like of the options with which the launcher starts the daemon: what it takes of memory depends on them. */
    public static final List<String> DAEMON_OPTIONS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms8m", "-Xmn3m", "-Xmx224m");

    /**
     * Clients of this server.
     *
     * @param tls what they trust; null when nothing is encrypted
     */
    public HttpLoad(InetSocketAddress server, @Nullable SSLContext tls) {
        this.server = server;
        this.tls = tls;
    }

    /** Has scrapers ask for packed answers, as Prometheus does. */
    public HttpLoad packed() {
        moreFields = "Accept-Encoding: gzip\r\n";
        return this;
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException ended) {
                if (!over) {
                    throw new IllegalStateException("a client gave up", ended);
                }
            }
        });
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Clients that send a header field, or under TLS a first record, byte by byte and never end; who is dropped comes back. */
    public void slowLoris(int clients) {
        start(() -> {
            @Nullable SocketChannel[] channels = new SocketChannel[clients];
            try {
                while (!over) {
                    for (int i = 0; i < clients; i++) {
                        channels[i] = drip(channels[i]);
                    }
                    Thread.sleep(DRIP_MILLIS);
                }
            } finally {
                for (SocketChannel channel : channels) {
                    if (channel != null) {
                        channel.close();
                    }
                }
            }
        });
    }

    private SocketChannel drip(@Nullable SocketChannel channel) throws IOException {
        if (channel != null) {
            try {
                channel.write(ByteBuffer.wrap(new byte[] {'x'}));
                return channel;
            } catch (IOException dropped) {
                channel.close();
            }
        }
        SocketChannel next = SocketChannel.open(server);
        next.write(
                tls == null
                        ? StandardCharsets.ISO_8859_1.encode("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: ")
                        : ByteBuffer.wrap(RECORD));
        next.configureBlocking(false);
        return next;
    }

    /** Clients that send 64 KiB of header fields, again and again. */
    public void bigHeads(int clients, long pauseMillis) {
        byte[] head = ("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(BIG_HEAD))
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < clients; i++) {
            start(() -> {
                while (!over) {
                    try (Socket socket = connect()) {
                        socket.getOutputStream().write(head);
                        Thread.sleep(pauseMillis);
                        if (readStatus(socket.getInputStream(), new byte[4096]) == 431) {
                            refusedHeads.incrementAndGet();
                        }
                    } catch (IOException torn) {
                        // A server need not read all of it: then a reset may overtake the answer. Once more.
                        Thread.sleep(pauseMillis);
                    }
                }
            });
        }
    }

    /** Heads that were refused as too large. */
    public long refusedHeads() {
        return refusedHeads.get();
    }

    /** Scrapers that go on until this is closed, each on one connection, all at the same moment once in so many milliseconds. */
    public Scrapes scrapers(int clients, long periodMillis) throws InterruptedException {
        Scrapes scrapes = new Scrapes();
        CountDownLatch connected = new CountDownLatch(clients);
        for (int i = 0; i < clients; i++) {
            start(() -> {
                try (Socket socket = connect()) {
                    // A connection on which nothing is asked is not kept for long, and others may take theirs.
                    scrape(socket, new Scrapes(), 1, 0);
                    connected.countDown();
                    connected.await();
                    scrape(socket, scrapes, Long.MAX_VALUE, periodMillis);
                }
            });
        }
        assertTrue(connected.await(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS), connected + " are not connected");
        return scrapes;
    }

    /** So many scrapes one after the other, in this thread, one in so many milliseconds. */
    public Scrapes scrape(long count, long periodMillis) throws IOException, InterruptedException {
        Scrapes scrapes = new Scrapes();
        try (Socket socket = connect()) {
            scrape(socket, scrapes, count, periodMillis);
        }
        return scrapes;
    }

    private void scrape(Socket socket, Scrapes scrapes, long count, long periodMillis)
            throws IOException, InterruptedException {
        byte[] request = ("GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + moreFields + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        long period = TimeUnit.MILLISECONDS.toNanos(periodMillis);
        byte[] buffer = new byte[BIG_HEAD];
        for (long i = 0; i < count && !over; i++) {
            if (period > 0) {
                TimeUnit.NANOSECONDS.sleep(period - Math.floorMod(System.nanoTime(), period));
            }
            long start = System.nanoTime();
            socket.getOutputStream().write(request);
            int status = readStatus(socket.getInputStream(), buffer);
            scrapes.add(status, System.nanoTime() - start);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(server, TIMEOUT_MILLIS);
        if (tls == null) {
            return socket;
        }
        SSLSocket encrypted =
                (SSLSocket) tls.getSocketFactory().createSocket(socket, "localhost", server.getPort(), true);
        encrypted.startHandshake();
        return encrypted;
    }

    /** Reads one answer with a length to its end; its status. */
    private static int readStatus(InputStream in, byte[] buffer) throws IOException {
        int filled = 0;
        int body = -1;
        while (body < 0) {
            int count = in.read(buffer, filled, buffer.length - filled);
            if (count <= 0) {
                throw new EOFException("the answer broke off");
            }
            filled += count;
            body = new String(buffer, 0, Math.min(filled, 2048), StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
        }
        String head = new String(buffer, 0, body, StandardCharsets.ISO_8859_1);
        int at = head.indexOf("Content-Length: ") + "Content-Length: ".length();
        int end = head.indexOf('\r', at);
        int left = Integer.parseInt(head.substring(at, end < 0 ? head.length() : end)) - (filled - body - 4);
        while (left > 0) {
            int count = in.read(buffer, 0, Math.min(buffer.length, left));
            if (count <= 0) {
                throw new EOFException("the answer broke off");
            }
            left -= count;
        }
        return Integer.parseInt(head.substring(9, 12));
    }

    /** What became of scrapes. */
    public static final class Scrapes {
        private long[] nanos = new long[1024];
        private int count;
        private long failed;

        synchronized void add(int status, long took) {
            if (status != 200) {
                failed++;
            }
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count] = took;
            count++;
        }

        public synchronized long count() {
            return count;
        }

        /** Those that were answered with another status than 200. */
        public synchronized long failed() {
            return failed;
        }

        /** The time within which such a share of them were done, in milliseconds. */
        public synchronized double millis(double share) {
            long[] sorted = Arrays.copyOf(nanos, count);
            Arrays.sort(sorted);
            return sorted[(int) Math.min(count - 1, Math.round(share * count))] / 1e6;
        }
    }

    /** Processor time of a process since its start, in milliseconds. */
    public static long processorMillis(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow()
                .toMillis();
    }

    /** Resident memory of a process in KiB. */
    public static long residentKib(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no VmRSS");
    }

    @Override
    public void close() {
        over = true;
        try {
            for (Thread thread : threads) {
                thread.join(TIMEOUT_MILLIS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
