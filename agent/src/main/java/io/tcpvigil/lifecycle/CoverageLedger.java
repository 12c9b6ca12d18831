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
 * <p>What the two sides mean is aligned as far as a poll can: see {@link SeenTotals} and {@link KernelTotals}. What remains:
 * an attempt that its own process gave up counts as failed here and not there; a reset counts here only when a destroy
 * message told of it; a connection of unknown direction counts on neither opening.
 */
public final class CoverageLedger {
    private static final CoverageEvent[] EVENTS = CoverageEvent.values();

    private @Nullable KernelTotals lastCounted;
    private SeenTotals lastSeen = SeenTotals.NONE;
    private final long[] seen = new long[EVENTS.length];
    private final long[] counted = new long[EVENTS.length];
    private Map<CoverageEvent, EventCoverage> interval = Map.of();

    /** Takes in both totals. The first time, and where a counter is unknown or fell, there is nothing to compare. */
    public void update(KernelTotals countedNow, SeenTotals seenNow) {
        Map<CoverageEvent, EventCoverage> compared = new EnumMap<>(CoverageEvent.class);
        KernelTotals before = lastCounted;
        if (before != null) {
            for (CoverageEvent event : EVENTS) {
                long from = before.of(event);
                long to = countedNow.of(event);
                if (from >= 0 && to >= from) {
                    long seenSince = of(seenNow, event) - of(lastSeen, event);
                    seen[event.ordinal()] += seenSince;
                    counted[event.ordinal()] += to - from;
                    compared.put(event, new EventCoverage(seenSince, to - from));
                }
            }
        }
        interval = Collections.unmodifiableMap(compared);
        restart(countedNow, seenNow);
    }

    /** Takes the totals as a new beginning, after a pause or failed dumps; what happened before is not compared. */
    public void skip(KernelTotals countedNow, SeenTotals seenNow) {
        interval = Map.of();
        restart(countedNow, seenNow);
    }

    private void restart(KernelTotals countedNow, SeenTotals seenNow) {
        lastCounted = countedNow;
        lastSeen = seenNow;
    }

    private static long of(SeenTotals totals, CoverageEvent event) {
        return switch (event) {
            case OPENED_INBOUND -> totals.openedInbound();
            case OPENED_OUTBOUND -> totals.openedOutbound();
            case FAILED -> totals.failed();
            case RESET -> totals.reset();
            case TIME_WAIT -> totals.minisocks();
        };
    }

    /** Between the last two updates; events that could not be compared are missing. */
    public Map<CoverageEvent, EventCoverage> interval() {
        return interval;
    }

    /** Since the ledger began. */
    public EventCoverage total(CoverageEvent event) {
        return new EventCoverage(seen[event.ordinal()], counted[event.ordinal()]);
    }
}
