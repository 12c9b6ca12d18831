// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.DestroyEvents;
import io.tcpvigil.kernel.KernelCounters;
import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.ProcSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SocketSource;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.kernel.procfs.ServicesFile;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.ports.PortOwners;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.SampleTimes.Phase;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Takes one sample after another: dump, follow, count, break down, report. The table behind the last report stays readable
 * until the next sample. Not thread-safe: the one thread that samples is also the one that made it.
 *
 * <p>What a fast sample does not dump is taken from elsewhere, and said to be: the number of established connections from what
 * the kernel counts, that of bound sockets and the breakdown of ports from the last full sample.
 */
public final class Sampler implements AutoCloseable {
    private final SourceChoice sources;
    private final ProcFs procFs;
    private final Report.Host host;
    private final ServicesFile services;
    private final InstantSource wallClock;
    private final LongSupplier nanoClock;
    private final LongSupplier processorClock;
    private final SocketTable table = new SocketTable();
    private final SampleTimer timer;
    private final Inspection inspection;
    private final TableCounts counts = new TableCounts();
    private @Nullable Follower follower;
    private @Nullable SocketTable listeners;
    private @Nullable Report lastFull;

    /**
     * @param sources where rows come from
     * @param procFs where limits and the host's name come from
     * @param wallClock for display
     * @param nanoClock monotonic, for ages and durations
     * @param processorClock processor time of the calling thread, in nanoseconds
     */
    Sampler(
            SourceChoice sources,
            ProcFs procFs,
            InstantSource wallClock,
            LongSupplier nanoClock,
            LongSupplier processorClock) {
        this(sources, new PortSurvey(procFs, false), procFs, wallClock, nanoClock, processorClock);
    }

    private Sampler(
            SourceChoice sources,
            PortSurvey survey,
            ProcFs procFs,
            InstantSource wallClock,
            LongSupplier nanoClock,
            LongSupplier processorClock) {
        this.sources = sources;
        this.procFs = procFs;
        this.host = HostReader.read(procFs);
        this.services = ServicesFile.usual();
        this.wallClock = wallClock;
        this.nanoClock = nanoClock;
        this.processorClock = processorClock;
        this.timer = new SampleTimer(nanoClock);
        this.inspection = new Inspection(sources, procFs, survey, timer);
    }

    /** Which source to read: the best that works, or one only. Named as users write them. */
    public enum SourceWish {
        auto,
        netlink,
        proc
    }

    /** A sampler of the network namespace in which the calling thread is. */
    public static Sampler ofThread(SourceWish wish) {
        return ofThread(wish, System::nanoTime, () -> 0);
    }

    /**
     * A sampler of the network namespace in which the calling thread is, which remembers connections from one sample to the
     * next and reports what became of them. Its clock is {@link Libc#bootTimeNanos}, which goes on while the machine is
     * suspended.
     *
     * @param wish the source of dumps; {@code proc} stands for reading nothing but {@code /proc}
     * @param withEvents whether to listen to destroy events, too, where they can be had
     * @param withProbe whether to count transitions exactly in the kernel, too, where that is permitted
     */
    public static Sampler followerOfThread(
            SourceWish wish, Intervals intervals, boolean withEvents, boolean withProbe) {
        Libc libc = Libc.get();
        LongSupplier nanoClock = libc::bootTimeNanos;
        Sampler sampler = ofThread(wish, nanoClock, libc::threadCpuNanos);
        boolean procOnly = wish == SourceWish.proc;
        sampler.follow(
                intervals,
                withEvents && !procOnly ? DestroyEvents.ofThread(nanoClock) : null,
                withEvents ? "only /proc is read, as asked for" : "switched off",
                withProbe && !procOnly ? ProbeWatch.ofThread(nanoClock) : null);
        return sampler;
    }

    private static Sampler ofThread(SourceWish wish, LongSupplier nanoClock, LongSupplier processorClock) {
        ProcFs procFs = ProcFs.ofThread();
        SocketSource netlink = NetlinkSource.ofThread();
        SocketSource proc = new ProcSource(procFs);
        SourceChoice sources = switch (wish) {
            case auto -> new SourceChoice(netlink, proc, nanoClock);
            case netlink -> SourceChoice.only(netlink);
            case proc -> SourceChoice.only(proc);
        };
        PortSurvey survey = new PortSurvey(procFs, wish != SourceWish.proc);
        return new Sampler(sources, survey, procFs, InstantSource.system(), nanoClock, processorClock);
    }

    /**
     * From now on remembers connections from one sample to the next.
     *
     * @param events the second source; null for none, then {@code noEvents} says why
     * @param probe the third; null for none
     */
    void follow(Intervals intervals, @Nullable DestroyEvents events, String noEvents, @Nullable ProbeWatch probe) {
        follower = new Follower(intervals, new KernelCounters(procFs), events, noEvents, probe, nanoClock);
    }

    /** From now on samples at these intervals and looks for what these thresholds say; what was followed stays. */
    void settings(Settings changed) {
        if (follower != null) {
            follower.intervals(changed.intervals());
        }
        inspection.thresholds(changed.thresholds());
    }

    /** From now on each full sample is looked through for what is wrong, too; only for a sampler that follows. */
    public void diagnose(Diagnosis with) {
        inspection.diagnose(with);
    }

    /** From now on each full sample counts the sockets of the machine's other network namespaces, too. */
    public void watchNamespaces() {
        inspection.watchNamespaces();
    }

    /** From now on reports tell of the pools of ports that bind(2) chooses from, too: that costs another walk of all sockets. */
    public void surveyPools() {
        inspection.surveyPools();
    }

    /** From now on reports say who listens, as far as {@code owners} knows; one that diagnoses does so by itself. */
    public void nameOwners(PortOwners owners) {
        inspection.nameOwners(owners);
    }

    /** The sockets behind the last report; valid until the next {@link #sample}. */
    public SocketTable table() {
        return table;
    }

    /** How long connections have been there, and in their states; null for a single look. Valid as {@link #table} is. */
    public @Nullable TrackedConnections connections() {
        return follower == null ? null : follower.connections();
    }

    /** How often the better source has failed. */
    public long sourceFailures() {
        return sources.failures();
    }

    /** Waits until the next sample is due, or {@code stop} says so; takes in meanwhile what the kernel tells of. */
    public void awaitDue(BooleanSupplier stop) throws InterruptedException {
        if (follower == null) {
            throw new IllegalStateException("a single look is always due");
        }
        follower.awaitDue(stop);
    }

    /**
     * Takes one sample of the sockets that {@code query} asks for.
     *
     * @param processes who holds a socket, asked only when the filter wants to know
     */
    public Report sample(SocketQuery query, SocketFilter.ProcessLookup processes) {
        Follower following = follower;
        if (following == null) {
            return look(query, Tier.FULL, processes, null);
        }
        long processor = processorClock.getAsLong();
        long start = nanoClock.getAsLong();
        boolean usable = false;
        Tier tier = Tier.FULL;
        try {
            following.prepare();
            // Whatever the filter, connections are followed by what all of them do.
            tier = lastFull == null || query.filter() != SocketFilter.ALL ? Tier.FULL : following.next();
            Report report = look(query, tier, processes, following);
            usable = report.coverage().extent() != Coverage.Extent.FAILED;
            if (tier == Tier.FULL && usable) {
                lastFull = report;
            }
            return report;
        } finally {
            following.taken(tier, start, processorClock.getAsLong() - processor, usable);
        }
    }

    private Report look(
            SocketQuery query, Tier tier, SocketFilter.ProcessLookup processes, @Nullable Follower following) {
        var takenAt = wallClock.instant();
        long start = timer.start(tier);
        SocketQuery asked = following == null ? query : toFollow(tier, query);
        SourceChoice.Used used = sources.dump(asked, table);
        while (following != null && table.coverage().isComplete() && following.isBeginningBlurred()) {
            following.prepare();
            start = timer.start(tier);
            used = sources.dump(asked, table);
        }
        long duration = timer.ended(Phase.DUMP);
        if (following != null) {
            following.dumped(table, tier, start);
        }
        timer.ended(Phase.FOLLOW);
        int rows = table.rows();
        SocketTable listening = table;
        if (query.filter() != SocketFilter.ALL) {
            table.retain(query.filter(), processes);
            listening = dumpListeners();
        }
        counts.count(table);
        List<String> problems = new ArrayList<>();
        if (following != null) {
            problems.addAll(following.counted().problems());
        }
        Following followed = following == null ? null : following.report();
        if (followed != null) {
            problems.addAll(followed.probe().gaps());
        }
        Inspection.Found found;
        boolean showsBound = used.showsBound();
        Report before = lastFull;
        if (tier == Tier.FULL || before == null) {
            TrackedConnections connections = following == null ? null : following.connections();
            found = inspection.look(
                    table,
                    listening,
                    query.filter(),
                    processes,
                    followed,
                    connections,
                    host.networkNamespace(),
                    before,
                    problems);
        } else {
            found = Inspection.Found.in(before);
            counts.addWhatFastDumpsLack(
                    following == null ? null : following.counted().usage(), before);
            showsBound &= before.source().showsBound();
            timer.ended(Phase.COUNT);
        }
        problems.addAll(inspection.gaps(found));
        return new Report(
                takenAt,
                start,
                host,
                new Report.Source(used.source(), used.reason(), duration, rows, table.duplicates(), showsBound),
                table.coverage(),
                counts.ipv4(),
                counts.ipv6(),
                unknownStates(),
                query.filter().toString(),
                problems,
                found.range(),
                found.ports(),
                serviceNames(),
                followed,
                found.findings(),
                found.resources(),
                found.otherNamespaces(),
                following == null ? null : timer.times());
    }

    private SocketQuery toFollow(Tier tier, SocketQuery query) {
        return switch (tier) {
            case FAST -> SocketQuery.ALL_BUT_ESTABLISHED;
            case FULL -> SocketQuery.ALL.withTcpInfo(query.withTcpInfo() || inspection.isThorough());
        };
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

    private Report.ServiceNames serviceNames() {
        return new Report.ServiceNames() {
            @Override
            public @Nullable String tcp(int port) {
                return services.tcp(port);
            }

            @Override
            public @Nullable String udp(int port) {
                return services.udp(port);
            }
        };
    }

    @Override
    public void close() {
        if (follower != null) {
            follower.close();
        }
        inspection.close();
        sources.close();
    }
}
