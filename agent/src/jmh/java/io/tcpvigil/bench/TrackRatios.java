// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import com.sun.management.ThreadMXBean;
import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.BitSet;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What a sample of many sockets costs, as a ratio to receiving the same dump and throwing it away: dump and decode; then
 * the tracker's update, too; then all of it with counts, breakdown of ports and report. A quarter of the sockets is
 * ESTABLISHED, both ends; the rest is TIME-WAIT.
 *
 * <p>Measured on 2 processors of an AMD EPYC (1 MB of cache each, a virtual machine that others kept busy), Linux 6.18, JDK
 * 17.0.15 unless said otherwise, serial collector; medians, with quartiles of all:
 *
 * <pre>
 *   sockets             floor     decode   + track   + analyse (bound 1.35)     a connection
 *      10,000            5-8 ms    1.04     1.10     1.19  (1.17  to 1.21)      50.1 bytes
 *     100,000            52 ms     1.07     1.14     1.17  (1.160 to 1.181)     48.6 bytes (bound 64)
 *     100,000, JDK 25    51 ms     1.06     1.12     1.155 (1.146 to 1.165)     48.6 bytes
 *     100,000, IPv6      48 ms     1.06     1.14     1.18  (1.174 to 1.199)     72.6 bytes (bound 96)
 *   1,000,000           524 ms     1.07     1.13     1.18  (1.163 to 1.190)     48.3 bytes
 * </pre>
 *
 * <p>A sample allocates 300 KB with 8 listeners and 410 KB with 70 of them and as many destinations: 256 KB of it is one
 * array of the breakdown, none of it grows with the sockets.
 *
 * <p>An update that finds a million new connections takes 0.65 s of processor time, one that finds none of them any more 0.19
 * s. Sampled as often as the machine let it while the sockets were made and while they ended, the longest update took 0.23 s,
 * the longest dump 0.57 s.
 *
 * <p>A fast dump of 100,000 ESTABLISHED and 1,000 others takes 0.115 (0.114 to 0.118) of a full one of 97 ms, with update
 * 0.117; in other runs 0.106 to 0.119, where 0.10 was wanted. Nearly all of that is the kernel's, which looks at every socket
 * in its hash table whatever is asked for: a dump of the same table that brings no row at all takes 9 ms. With bound sockets,
 * for which the kernel goes through all those with a port once more, it would be 0.25.
 */
public final class TrackRatios {
    private static final int WARM_UP_SOCKETS = 10_000;
    private static final int WARM_UP = 200;
    private static final int MOST_ROUNDS = 41;
    /** How long a round is taken to last at least: none is begun when TIME-WAIT may end within it. */
    private static final long RESERVE_NANOS = 2_000_000_000L;
    /** Of the slow table a namespace lasts for few rounds only, so that several are made. */
    private static final int FEWEST_ROUNDS = 17;

    private static final int GROWN = 1_000_000;
    private static final int FAST_ESTABLISHED = 100_000;
    private static final int FAST_OTHERS = 1_000;
    private static final long INTERVAL_NANOS = 1_000_000_000L;
    private static final EphemeralRange RANGE = new EphemeralRange(1024, 65535, new BitSet());

    private final SocketTable table = new SocketTable();
    private final Pairs decode = new Pairs();
    private final Pairs track = new Pairs();
    private final Pairs everything = new Pairs();
    private ConnectionTracker tracker = new ConnectionTracker(9293);
    private NetlinkSource source;
    private RawDump raw;
    /** What the analysis came to; read by nobody, but the compiler cannot know. */
    private Object result;

    private TrackRatios() {}

    /**
     * Measures.
     *
     * @param arguments how many sockets, each for itself; {@code ipv6} before a number for IPv6; {@code fast} for the fast tier,
     *     {@code grow} for the way to a million and back
     */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        String[] wanted = arguments.length > 0
                ? arguments
                : new String[] {"10000", "100000", "1000000", "ipv6", "100000", "fast", "grow"};
        warmUp();
        boolean ipv6 = false;
        for (String each : wanted) {
            if (each.equals("ipv6")) {
                ipv6 = true;
            } else if (each.equals("grow")) {
                new TrackRatios().growAndShrink(out);
            } else if (each.equals("fast")) {
                fastTier(out);
            } else {
                new TrackRatios().measure(out, Integer.parseInt(each), ipv6);
                ipv6 = false;
            }
        }
    }

    private static void warmUp() throws Exception {
        TrackRatios warm = new TrackRatios();
        try (SocketFarm farm = SocketFarm.of(WARM_UP_SOCKETS)) {
            warm.open(farm);
            for (int i = 0; i < WARM_UP; i++) {
                warm.raw.run();
                warm.sample();
            }
            warm.close();
        }
    }

    private void open(SocketFarm farm) throws Exception {
        // A netlink socket belongs to the namespace of the thread that opens it, which the first dump does.
        farm.call(() -> {
            raw = RawDump.open();
            source = NetlinkSource.ofThread();
            decode();
            return true;
        });
    }

    private void close() {
        raw.close();
        source.close();
    }

    // ---- what is measured ----

    private void decode() {
        source.dump(SocketQuery.ALL, table);
    }

    private void track() {
        long start = System.nanoTime();
        decode();
        tracker.update(table, Sample.full(start, INTERVAL_NANOS));
    }

    /** What the daemon does for a sample. */
    private void sample() {
        track();
        LifecycleReport report = tracker.report();
        StateCounts.Tally ipv4 = new StateCounts.Tally();
        StateCounts.Tally ipv6 = new StateCounts.Tally();
        for (int row = 0; row < table.rows(); row++) {
            (table.isIpv6(row) ? ipv6 : ipv4).add(table.state(row), table.kind(row));
        }
        result = new Object[] {report, ipv4.counts(), ipv6.counts(), PortBreakdown.of(table, table, RANGE)};
    }

    // ---- measuring ----

    private void measure(PrintStream out, int sockets, boolean ipv6) throws Exception {
        double firstMillis = 0;
        double lastMillis = 0;
        long allocated = 0;
        double bytes = 0;
        while (everything.count() < FEWEST_ROUNDS) {
            try (SocketFarm farm = SocketFarm.of(ipv6, sockets / 4, sockets - sockets / 4)) {
                open(farm);
                tracker = new ConnectionTracker(9293);
                firstMillis = Math.max(firstMillis, updateMillis());
                bytes = (double) tracker.trackedBytes() / tracker.size();
                long longestRound = RESERVE_NANOS;
                int rounds = 0;
                while (farm.nanosLeft() > 2 * longestRound && rounds < MOST_ROUNDS) {
                    long start = System.nanoTime();
                    decode.measure(raw::run, this::decode);
                    track.measure(raw::run, this::track);
                    everything.measure(raw::run, this::sample);
                    rounds++;
                    longestRound = Math.max(longestRound, System.nanoTime() - start);
                }
                if (rounds == 0) {
                    throw new IllegalStateException("it took too long to make " + sockets + " sockets");
                }
                allocated = allocatedBySample();
                if (table.rows() < sockets || !table.coverage().isComplete() || tracker.size() < sockets) {
                    throw new IllegalStateException(table.rows() + " sockets are left of " + sockets);
                }
                close();
                lastMillis = Math.max(lastMillis, endMillis());
            }
        }
        out.printf(
                Locale.ROOT,
                "%7d IPv%d  floor %.2f ms  decode %s  track %s  all %s  %d pairs each%n"
                        + "    %.1f bytes a connection, %d bytes allocated a sample, all new %.0f ms, all gone %.0f ms%n",
                sockets,
                ipv6 ? 6 : 4,
                decode.floorMillis(),
                decode,
                track,
                everything,
                everything.count(),
                bytes,
                allocated,
                firstMillis,
                lastMillis);
    }

    /** Takes in the table at hand. */
    private double updateMillis() throws Exception {
        return Pairs.nanos(() -> tracker.update(table, Sample.full(System.nanoTime(), INTERVAL_NANOS))) / 1e6;
    }

    /** Lets every connection end in one update. */
    private double endMillis() throws Exception {
        table.clear();
        table.coverage(Coverage.complete());
        double millis = updateMillis();
        if (tracker.size() != 0) {
            throw new IllegalStateException(tracker.size() + " connections outlive their sockets");
        }
        return millis;
    }

    private long allocatedBySample() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        sample();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    /** Follows a namespace from nothing to a million sockets and back. */
    private void growAndShrink(PrintStream out) throws Exception {
        int established = GROWN / 4;
        try (SocketFarm farm = SocketFarm.empty(false, established)) {
            open(farm);
            CompletableFuture<Void> filling = CompletableFuture.runAsync(() -> {
                try {
                    farm.fill(established, GROWN - established);
                } catch (IOException failure) {
                    throw new UncheckedIOException(failure);
                }
            });
            Extremes growing = followUntil(filling::isDone);
            filling.join();
            Extremes shrinking = followUntil(() -> {
                farm.abandon();
                return tracker.size() == 0;
            });
            close();
            out.println("growing " + growing + "; shrinking " + shrinking);
        }
    }

    private record Extremes(int samples, int connections, double dumpMillis, double updateMillis, double wallMillis) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "to %d connections, %d samples, longest dump %.0f ms, longest update %.0f ms, on the clock %.0f ms",
                    connections,
                    samples,
                    dumpMillis,
                    updateMillis,
                    wallMillis);
        }
    }

    /** Samples once in an interval, or without a pause when that is too short. */
    private Extremes followUntil(BooleanSupplier end) throws Exception {
        Extremes so = new Extremes(0, 0, 0, 0, 0);
        boolean last = false;
        while (!last) {
            // One more sample after the end, which sees all of it.
            last = end.getAsBoolean();
            long start = System.nanoTime();
            double dump = Pairs.nanos(this::decode) / 1e6;
            double update = updateMillis();
            long took = System.nanoTime() - start;
            so = new Extremes(
                    so.samples() + 1,
                    Math.max(so.connections(), tracker.size()),
                    Math.max(so.dumpMillis(), dump),
                    Math.max(so.updateMillis(), update),
                    Math.max(so.wallMillis(), took / 1e6));
            LockSupport.parkNanos(INTERVAL_NANOS - took);
        }
        return so;
    }

    private static void fastTier(PrintStream out) throws Exception {
        TrackRatios run = new TrackRatios();
        Pairs fast = new Pairs();
        Pairs tracked = new Pairs();
        try (SocketFarm farm = SocketFarm.of(false, FAST_ESTABLISHED, FAST_OTHERS)) {
            run.open(farm);
            run.track();
            while (farm.nanosLeft() > RESERVE_NANOS && fast.count() < MOST_ROUNDS) {
                fast.measure(run::decode, () -> run.source.dump(SocketQuery.ALL_BUT_ESTABLISHED, run.table));
                tracked.measure(run::track, () -> {
                    long start = System.nanoTime();
                    run.source.dump(SocketQuery.ALL_BUT_ESTABLISHED, run.table);
                    run.tracker.update(run.table, Sample.fast(start, INTERVAL_NANOS));
                });
            }
            if (run.tracker.size() < FAST_ESTABLISHED + FAST_OTHERS) {
                throw new IllegalStateException(run.tracker.size() + " connections are tracked");
            }
            run.close();
        }
        out.printf(
                Locale.ROOT,
                "fast tier at %d established + %d others: dump %s of a full dump of %.2f ms, with update %s of %.2f ms%n",
                FAST_ESTABLISHED,
                FAST_OTHERS,
                fast,
                fast.floorMillis(),
                tracked,
                tracked.floorMillis());
    }
}
