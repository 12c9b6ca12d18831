// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A private network namespace with a given number of sockets of one family, made by as many {@link LoopbackWorker}s as the
 * limit of descriptors needs: ESTABLISHED connections, both ends of which are in the table, and TIME-WAIT, which takes no
 * descriptor and lasts a minute.
 */
public final class SocketFarm implements AutoCloseable {
    /** How long Linux keeps TIME-WAIT. */
    private static final long TIME_WAIT_NANOS = 60_000_000_000L;
    /** Descriptors that a worker gets by with beside its connections. */
    private static final int SPARE_DESCRIPTORS = 1_000;
    /** Far more than any benchmark makes; the kernel's own limit is half of its hash buckets. */
    private static final int MOST_TIME_WAIT = 1 << 22;
    /** As many workers are enough to keep the processors busy. */
    private static final int FEWEST_WORKERS = 2;

    private final PrivateNamespace namespace;
    private final List<Worker> workers = new ArrayList<>();
    private long firstEndsNanos;

    private record Worker(Process process, Writer orders, BufferedReader answers) {}

    private SocketFarm(PrivateNamespace namespace) {
        this.namespace = namespace;
    }

    /** {@code sockets} IPv4 sockets, of which a quarter is ESTABLISHED; listeners come on top. */
    public static SocketFarm of(int sockets) throws Exception {
        return of(false, sockets / 4, sockets - sockets / 4);
    }

    /** Makes sockets of each kind; listeners come on top. */
    public static SocketFarm of(boolean ipv6, int established, int timeWait) throws Exception {
        SocketFarm farm = empty(ipv6, established);
        try {
            farm.fill(established, timeWait);
        } catch (IOException | RuntimeException failure) {
            farm.close();
            throw failure;
        }
        return farm;
    }

    /** A farm that is to be filled: workers that can hold {@code established} sockets stand ready. */
    public static SocketFarm empty(boolean ipv6, int established) throws Exception {
        Libc libc = Libc.get();
        long descriptors = libc.raiseDescriptorLimit(1 << 20) - SPARE_DESCRIPTORS;
        int needed = (int) ((established + descriptors - 1) / descriptors);
        SocketFarm farm = new SocketFarm(PrivateNamespace.create(libc));
        farm.namespace.call(() -> {
            Path ipv4 = Path.of("/proc/sys/net/ipv4");
            Files.writeString(ipv4.resolve("ip_local_port_range"), "1024 65535");
            Files.writeString(ipv4.resolve("tcp_max_tw_buckets"), Integer.toString(MOST_TIME_WAIT));
            // Else connect() takes over the TIME-WAIT sockets that are to stay.
            Files.writeString(ipv4.resolve("tcp_tw_reuse"), "0");
            for (int i = 0; i < Math.max(FEWEST_WORKERS, needed); i++) {
                farm.workers.add(start(ipv6));
            }
            return true;
        });
        return farm;
    }

    /** Makes sockets of each kind. Once only. */
    public void fill(int established, int timeWait) throws IOException {
        // First what stays, so that none of what does not ends before all are there.
        order("open ", established / 2, "");
        firstEndsNanos = System.nanoTime() + TIME_WAIT_NANOS;
        order("close ", timeWait, "");
    }

    /**
     * Opens connections and closes them at once, which makes 2 full sockets and a TIME-WAIT each.
     *
     * @param perSecond how many are to be made in a second
     * @return how many were
     */
    public double churn(int connections, int perSecond) throws IOException {
        long start = System.nanoTime();
        order("churn ", connections, " " + perSecond / workers.size());
        return connections / ((System.nanoTime() - start) / 1e9);
    }

    /** The worker belongs to the namespace, as the thread that starts it does. */
    private static Worker start(boolean ipv6) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LoopbackWorker.class.getName(),
                        ipv6 ? "6" : "4")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new Worker(
                process,
                process.outputWriter(StandardCharsets.US_ASCII),
                process.inputReader(StandardCharsets.US_ASCII));
    }

    /** Lets the workers do {@code total} of something, each its part, and waits until all have. */
    private void order(String before, int total, String after) throws IOException {
        for (int i = 0; i < workers.size(); i++) {
            long from = (long) total * i / workers.size();
            long to = (long) total * (i + 1) / workers.size();
            Writer orders = workers.get(i).orders();
            orders.write(before + (to - from) + after + "\n");
            orders.flush();
        }
        for (Worker worker : workers) {
            if (worker.answers().readLine() == null) {
                throw new IOException("a worker has died, see what it wrote to stderr");
            }
        }
    }

    /** How long all sockets will still be there; 0 or less when the first TIME-WAIT may have ended. */
    public long nanosLeft() {
        return firstEndsNanos - System.nanoTime();
    }

    /** Runs {@code work} inside the namespace. */
    public <T> T call(Callable<T> work) throws Exception {
        return namespace.call(work);
    }

    /** Ends the workers, and with them all that is not TIME-WAIT. */
    public void abandon() {
        for (Worker worker : workers) {
            worker.process().destroyForcibly();
        }
        for (Worker worker : workers) {
            worker.process().onExit().join();
        }
    }

    @Override
    public void close() {
        abandon();
        namespace.close();
    }
}
