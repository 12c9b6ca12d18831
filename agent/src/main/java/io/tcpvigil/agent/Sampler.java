// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.ProcSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SocketSource;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.procfs.PortRange;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.kernel.procfs.ServicesFile;
import io.tcpvigil.kernel.procfs.Sysctls;
import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Takes one sample after another: dump, count, break down, report. The table behind the last report stays readable until
 * the next sample. Not thread-safe: the one thread that samples is also the one that made it.
 */
public final class Sampler implements AutoCloseable {
    private final SourceChoice sources;
    private final ProcFs procFs;
    private final Report.Host host;
    private final ServicesFile services;
    private final InstantSource wallClock;
    private final LongSupplier nanoClock;
    private final SocketTable table = new SocketTable();
    private @Nullable ConnectionTracker tracker;
    private long intervalNanos;
    private @Nullable SocketTable listeners;

    /**
     * @param sources where rows come from
     * @param procFs where limits and the host's name come from
     * @param wallClock for display
     * @param nanoClock monotonic, for ages and durations
     */
    public Sampler(SourceChoice sources, ProcFs procFs, InstantSource wallClock, LongSupplier nanoClock) {
        this.sources = sources;
        this.procFs = procFs;
        this.host = HostReader.read(procFs);
        this.services = ServicesFile.usual();
        this.wallClock = wallClock;
        this.nanoClock = nanoClock;
    }

    /** Which source to read: the best that works, or one only. Named as users write them. */
    public enum SourceWish {
        auto,
        netlink,
        proc
    }

    /** A sampler of the network namespace in which the calling thread is. */
    public static Sampler ofThread(SourceWish wish) {
        ProcFs procFs = ProcFs.ofThread();
        SocketSource netlink = NetlinkSource.ofThread();
        SocketSource proc = new ProcSource(procFs);
        SourceChoice sources = switch (wish) {
            case auto -> new SourceChoice(netlink, proc, System::nanoTime);
            case netlink -> SourceChoice.only(netlink);
            case proc -> SourceChoice.only(proc);
        };
        return new Sampler(sources, procFs, InstantSource.system(), System::nanoTime);
    }

    /**
     * From now on remembers connections from one sample to the next, and reports what became of them.
     *
     * @param everyNanos how often {@link #sample} will be called
     */
    public void follow(long everyNanos) {
        // Peers choose their addresses: a seed that they do not know keeps the hash table from being made slow.
        tracker = new ConnectionTracker(new SecureRandom().nextLong());
        intervalNanos = everyNanos;
    }

    /** The sockets behind the last report; valid until the next {@link #sample}. */
    public SocketTable table() {
        return table;
    }

    /** How often the better source has failed. */
    public long sourceFailures() {
        return sources.failures();
    }

    /**
     * Takes one sample of the sockets that {@code query} asks for.
     *
     * @param processes who holds a socket, asked only when the filter wants to know
     */
    public Report sample(SocketQuery query, SocketFilter.ProcessLookup processes) {
        var takenAt = wallClock.instant();
        long start = nanoClock.getAsLong();
        SourceChoice.Used used = sources.dump(tracker == null ? query : SocketQuery.ALL, table);
        long duration = nanoClock.getAsLong() - start;
        LifecycleReport lifecycle = null;
        if (tracker != null) {
            tracker.update(table, Sample.full(start, intervalNanos));
            lifecycle = tracker.report();
        }
        int dumped = table.rows();
        SocketTable listening = table;
        if (query.filter() != SocketFilter.ALL) {
            table.retain(query.filter(), processes);
            listening = dumpListeners();
        }
        StateCounts.Tally ipv4 = new StateCounts.Tally();
        StateCounts.Tally ipv6 = new StateCounts.Tally();
        for (int row = 0; row < table.rows(); row++) {
            (table.isIpv6(row) ? ipv6 : ipv4).add(table.state(row), table.kind(row));
        }
        Sysctls sysctls = Sysctls.read(procFs);
        EphemeralRange range = ephemeralRange(sysctls);
        return new Report(
                takenAt,
                start,
                host,
                new Report.Source(
                        used.source(), used.reason(), duration, dumped, table.duplicates(), used.showsBound()),
                table.coverage(),
                ipv4.counts(),
                ipv6.counts(),
                unknownStates(),
                query.filter().toString(),
                sysctls.problems(),
                range,
                PortBreakdown.of(table, listening, range),
                services::tcp,
                lifecycle);
    }

    /** Who listens decides what came in, so all listeners are needed even where the filter lets few through. */
    private SocketTable dumpListeners() {
        if (listeners == null) {
            listeners = new SocketTable();
        }
        Coverage coverage = table.coverage();
        sources.dump(SocketQuery.LISTENERS, listeners);
        if (coverage.isComplete() && !listeners.coverage().isComplete()) {
            table.coverage(Coverage.partial("listeners: " + listeners.coverage().reason()));
        }
        return listeners;
    }

    private Map<Integer, Integer> unknownStates() {
        Map<Integer, Integer> unknown = new HashMap<>();
        for (int number = 0; number < 256 && table.unknownStateRows() > 0; number++) {
            if (table.unknownStateRows(number) > 0) {
                unknown.put(number, table.unknownStateRows(number));
            }
        }
        return unknown;
    }

    /** Of limits read anew for each sample: an administrator may change them at any time. */
    private static @Nullable EphemeralRange ephemeralRange(Sysctls sysctls) {
        if (sysctls.localPortRange().isEmpty()) {
            return null;
        }
        PortRange range = sysctls.localPortRange().get();
        BitSet reserved = new BitSet();
        for (PortRange each : sysctls.localReservedPorts().orElse(List.of())) {
            reserved.set(each.low(), each.high() + 1);
        }
        return new EphemeralRange(range.low(), range.high(), reserved);
    }

    @Override
    public void close() {
        sources.close();
    }
}
