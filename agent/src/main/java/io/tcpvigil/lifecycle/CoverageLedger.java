// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.Nullable;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Holds what the tracker saw against what the kernel counted in the same time.
 *
 * <p>To be asked after each complete <em>full</em> dump, with counters read as close to it as can be: before, connections
 * that have come up are still missing from what was seen. Not thread-safe.
 *
 * <p>What the two sides mean is aligned as far as can be: see {@link SeenTotals} and {@link KernelTotals}. What remains: a
 * connection of unknown direction counts on neither opening, and one to a listener that came and went between two dumps passes
 * for one of ours, unless a destroy message told of the listener.
 */
public final class CoverageLedger {
    private static final CoverageEvent[] EVENTS = CoverageEvent.values();

    private @Nullable KernelTotals lastCounted;
    private SeenTotals lastSeen = SeenTotals.NONE;
    private SeenTotals seen = SeenTotals.NONE;
    private final long[] counted = new long[EVENTS.length];
    /** What was taken for a reset once is not taken for a failure that is counted later: totals never fall. */
    private long resetsSeen;

    private Map<CoverageEvent, EventCoverage> interval = Map.of();

    /** Takes in both totals. The first time, and where a counter is unknown or fell, there is nothing to compare. */
    public void update(KernelTotals countedNow, SeenTotals seenNow) {
        Map<CoverageEvent, EventCoverage> compared = new EnumMap<>(CoverageEvent.class);
        KernelTotals before = lastCounted;
        if (before != null) {
            SeenTotals seenSince = seenNow.minus(lastSeen);
            long[] countedSince = new long[EVENTS.length];
            SeenTotals comparable = SeenTotals.NONE;
            for (CoverageEvent event : EVENTS) {
                long from = before.of(event);
                long to = countedNow.of(event);
                if (from >= 0 && to >= from) {
                    countedSince[event.ordinal()] = to - from;
                    counted[event.ordinal()] += to - from;
                    comparable = comparable.plus(part(seenSince, event));
                    compared.put(event, EventCoverage.NONE);
                }
            }
            seen = seen.plus(comparable);
            for (Map.Entry<CoverageEvent, EventCoverage> each : compared.entrySet()) {
                each.setValue(compare(comparable, countedSince, 0, each.getKey()));
            }
            resetsSeen = total(CoverageEvent.RESET).seen();
        }
        interval = Collections.unmodifiableMap(compared);
        restart(countedNow, seenNow);
    }

    /** Takes the totals as a new beginning, after a pause; what happened before is not compared. */
    public void skip(KernelTotals countedNow, SeenTotals seenNow) {
        interval = Map.of();
        restart(countedNow, seenNow);
    }

    private void restart(KernelTotals countedNow, SeenTotals seenNow) {
        lastCounted = countedNow;
        lastSeen = seenNow;
    }

    /** What of the totals belongs to {@code event}. What may be a failure or a reset goes with the failures. */
    private static SeenTotals part(SeenTotals all, CoverageEvent event) {
        return switch (event) {
            case OPENED_INBOUND -> new SeenTotals(all.openedInbound(), 0, 0, 0, 0, 0, 0);
            case OPENED_OUTBOUND -> new SeenTotals(0, all.openedOutbound(), 0, 0, 0, 0, 0);
            case FAILED -> new SeenTotals(0, 0, all.failed(), all.maybeFailed(), 0, all.failedOrReset(), 0);
            case RESET -> new SeenTotals(0, 0, 0, 0, all.maybeReset(), 0, 0);
            case TIME_WAIT -> new SeenTotals(0, 0, 0, 0, 0, 0, all.minisocks());
        };
    }

    /**
     * Of what may be several things, as much is taken for one as the kernel counted of it and is not seen otherwise.
     *
     * @param resets as many have been taken for resets before and stay that
     */
    private static EventCoverage compare(SeenTotals seen, long[] counted, long resets, CoverageEvent event) {
        long count = counted[event.ordinal()];
        long failures = counted[CoverageEvent.FAILED.ordinal()];
        long failed = seen.failed() + atMost(failures - seen.failed(), seen.maybeFailed());
        long maybeAttempts = Math.min(seen.failedOrReset(), seen.maybeReset() + seen.failedOrReset() - resets);
        long disconnectedAttempts = atMost(failures - failed, maybeAttempts);
        return new EventCoverage(
                switch (event) {
                    case OPENED_INBOUND -> seen.openedInbound();
                    case OPENED_OUTBOUND -> seen.openedOutbound();
                    case FAILED -> failed + disconnectedAttempts;
                    case RESET -> atMost(count, seen.maybeReset() + seen.failedOrReset() - disconnectedAttempts);
                    case TIME_WAIT -> seen.minisocks();
                },
                count);
    }

    private static long atMost(long bound, long value) {
        return Math.max(0, Math.min(bound, value));
    }

    /** Between the last two updates; events that could not be compared are missing. */
    public Map<CoverageEvent, EventCoverage> interval() {
        return interval;
    }

    /** Since the ledger began; neither number ever falls. */
    public EventCoverage total(CoverageEvent event) {
        return compare(seen, counted, resetsSeen, event);
    }
}
