// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.DestroyEvents;
import io.tcpvigil.kernel.KernelCounters;
import io.tcpvigil.kernel.inetdiag.DestroyMessage;
import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.CoverageLedger;
import io.tcpvigil.lifecycle.DestroyedSocket;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.KernelTotals;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.ProbedTransitions;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.lifecycle.TransitionLedger;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Follows connections from sample to sample: gives dumps and destroy events to the tracker in the right order, holds what it
 * saw against the kernel's counters, and says when the next sample is due. Not thread-safe.
 */
final class Follower implements AutoCloseable {
    /** How long one wait may take before it is asked again whether to stop. */
    private static final int LONGEST_WAIT_MILLIS = 250;
    /** After a destroy event, so long others gather: a busy host wakes this thread 50 times a second, not 50,000. */
    private static final int GATHER_MILLIS = 20;

    private static final long NANOS_PER_MILLI = 1_000_000L;

    private static final int MOST_FIRST_DUMPS = 5;

    private final LongSupplier nanoClock;
    private final SampleSchedule schedule;
    private final KernelCounters counters;
    private final @Nullable DestroyEvents events;
    private final String noEvents;
    private final @Nullable ProbeWatch probe;
    // Peers choose their addresses: a seed that they do not know keeps the hash table from being made slow.
    private final ConnectionTracker tracker = new ConnectionTracker(new SecureRandom().nextLong());
    private final CoverageLedger ledger = new CoverageLedger();
    private final TransitionLedger transitions = new TransitionLedger();
    private final DestroyedSocket destroyed = new DestroyedSocket();

    private KernelCounters.Reading reading =
            new KernelCounters.Reading(KernelEvents.NONE, SocketUsage.UNKNOWN, List.of());
    private LifecycleReport lifecycle = tracker.report();
    /** From before the dump, where the tracker asks for it. */
    private @Nullable ProbedTransitions probedBefore;

    private Tier tier = Tier.FULL;
    private long fullTakenNanos;
    private int firstDumps = 1;
    /** Whether the kernel made no minisock between the two readings before the last. */
    private boolean stillBefore;

    private long lostBefore;
    private long drainNanos;

    /**
     * @param events null when there is no such source, then {@code noEvents} says why
     * @param probe null when there shall be none
     */
    Follower(
            Intervals intervals,
            KernelCounters counters,
            @Nullable DestroyEvents events,
            String noEvents,
            @Nullable ProbeWatch probe,
            LongSupplier nanoClock) {
        this.schedule = new SampleSchedule(intervals);
        this.counters = counters;
        this.events = events;
        this.noEvents = noEvents;
        this.probe = probe;
        this.nanoClock = nanoClock;
    }

    /** From now on samples are due at these. */
    void intervals(Intervals changed) {
        schedule.intervals(changed);
    }

    /** The tier of the next sample. */
    Tier next() {
        return schedule.next();
    }

    /** Takes in destroy events until the next sample is due, or {@code stop}, asked some times a second, says so. */
    void awaitDue(BooleanSupplier stop) throws InterruptedException {
        long left = schedule.due() - nanoClock.getAsLong();
        while (left > 0 && !stop.getAsBoolean()) {
            int wait = (int) Math.min(LONGEST_WAIT_MILLIS, left / NANOS_PER_MILLI + 1);
            if (events != null && events.listen()) {
                if (events.await(wait)) {
                    drain();
                    Thread.sleep(Math.min(wait, GATHER_MILLIS));
                }
            } else {
                Thread.sleep(wait);
            }
            left = schedule.due() - nanoClock.getAsLong();
        }
    }

    /**
     * To be called just before a dump: takes in what the kernel has told until now, and has all at hand that is read beside
     * the dump, so that both are of one time.
     */
    void prepare() {
        if (probe != null) {
            probe.prepare();
        }
        if (probe != null && tracker.asksForProbedBefore()) {
            probedBefore = probe.read();
        }
        if (fullTakenNanos == 0) {
            reading = counters.read();
        }
        drain();
    }

    /**
     * Whether the dump just taken is the first and the kernel counted something meanwhile, so that what is seen and what is
     * counted would not begin at the same moment. It is slow, as it loads much of the program; the next is not. On a host
     * where something happens all the time the last of some such dumps has to do.
     */
    boolean isBeginningBlurred() {
        if (fullTakenNanos != 0 || firstDumps == MOST_FIRST_DUMPS) {
            return false;
        }
        firstDumps++;
        KernelTotals before = KernelTotals.of(reading.events());
        return !before.equals(KernelTotals.of(counters.read().events()));
    }

    private void drain() {
        if (events == null || !events.listen()) {
            return;
        }
        tracker.expectDestroyed();
        drainNanos = nanoClock.getAsLong();
        events.drain(this::destroyed);
        if (events.lost() > lostBefore) {
            // Once for any number of losses: what ended unheard is found missing by the next full dump.
            lostBefore = events.lost();
            schedule.resync();
        }
    }

    private void destroyed(DestroyMessage message) {
        if (message.isIpv6()) {
            destroyed.ipv6(
                    message.localHigh(),
                    message.localLow(),
                    message.localPort(),
                    message.remoteHigh(),
                    message.remoteLow(),
                    message.remotePort(),
                    message.cookie());
        } else {
            destroyed.ipv4(
                    message.localIpv4(),
                    message.localPort(),
                    message.remoteIpv4(),
                    message.remotePort(),
                    message.cookie());
        }
        destroyed.putBytes(message.bytesAcknowledged(), message.bytesSent(), message.bytesRetransmitted());
        destroyed.putSegments(message.segmentsReceived(), message.timeoutsInARow(), message.unansweredProbes());
        destroyed.putLastAckReceivedMillis(message.lastAckReceivedMillis());
        destroyed.putReceived(message.bytesReceived(), message.dataSegmentsReceived());
        destroyed.putRttMicros(message.rttMicros());
        tracker.destroyed(destroyed, drainNanos);
    }

    /**
     * Takes in a dump.
     *
     * @param startNanos when it was begun
     */
    void dumped(SocketTable table, Tier tier, long startNanos) {
        this.tier = tier;
        KernelEvents before = reading.events();
        ProbedTransitions probed = probe == null ? null : probe.read();
        reading = counters.read();
        long interval = schedule.interval(tier);
        Sample sample = tier == Tier.FULL ? Sample.full(startNanos, interval) : Sample.fast(startNanos, interval);
        boolean still = isWithoutNewMinisocks(reading.events(), before);
        if (still && stillBefore) {
            sample = sample.withoutNewMinisocks();
        }
        stillBefore = still;
        tracker.update(table, sample.withProbed(probedBefore, probed));
        probedBefore = null;
        lifecycle = tracker.report();
        transitions.update(lifecycle, reading.events(), probed);
        if (tier == Tier.FULL && table.coverage().isComplete()) {
            // The first is held against what was counted before it: more must never be seen than was counted.
            KernelTotals counted = KernelTotals.of(fullTakenNanos == 0 ? before : reading.events());
            fullTakenNanos = startNanos;
            if (lifecycle.afterPause()) {
                ledger.skip(counted, lifecycle.seen());
            } else {
                ledger.update(counted, lifecycle.seen());
            }
        }
    }

    private static boolean isWithoutNewMinisocks(KernelEvents now, KernelEvents before) {
        return stoodStill(now.since(before, KernelEvent.TW))
                && stoodStill(now.since(before, KernelEvent.TW_KILLED))
                && stoodStill(now.since(before, KernelEvent.TIME_WAIT_OVERFLOW));
    }

    private static boolean stoodStill(OptionalLong count) {
        return count.isPresent() && count.getAsLong() == 0;
    }

    /** A sample has ended just now; see {@link SampleSchedule#taken}. */
    void taken(Tier sampled, long startNanos, long processorNanos, boolean usable) {
        schedule.taken(sampled, startNanos, nanoClock.getAsLong(), processorNanos, usable);
    }

    /** What the kernel counts, as of the last dump. */
    KernelCounters.Reading counted() {
        return reading;
    }

    /** How long each connection has been in its state; valid until the next dump. */
    TrackedConnections connections() {
        return tracker.connections();
    }

    Following report() {
        Map<CoverageEvent, EventCoverage> coverage = new EnumMap<>(CoverageEvent.class);
        for (CoverageEvent event : CoverageEvent.values()) {
            coverage.put(event, ledger.total(event));
        }
        return new Following(
                lifecycle,
                transitions.transitions(),
                new Following.Pace(
                        tier,
                        fullTakenNanos,
                        schedule.interval(Tier.FAST),
                        schedule.interval(Tier.FULL),
                        schedule.stretch()),
                coverage,
                ledger.interval(),
                events == null
                        ? new Following.EventStream(noEvents, 0, 0)
                        : new Following.EventStream(events.problem(), events.received(), events.lost()),
                probe == null ? ProbeReport.none("switched off") : probe.report(),
                reading.events(),
                reading.usage());
    }

    @Override
    public void close() {
        if (events != null) {
            events.close();
        }
        if (probe != null) {
            probe.close();
        }
    }
}
