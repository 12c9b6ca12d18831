// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.report.Tier;

/**
 * Says when the next sample is due and which tier it is of, and stretches both intervals when samples cost more processor
 * time than they may. The stretch is a power of two, so that it says something to people and does not change all the time.
 *
 * <p>Costs are averaged over a minute. The first sample of all is left out: it loads and compiles half the program.
 */
final class SampleSchedule {
    private static final double MINUTE_NANOS = 60e9;
    private static final int LARGEST_STRETCH = 1 << 10;
    /** Samples before the stretch is judged, for the first time and after each change. */
    private static final int SAMPLES_TO_JUDGE = 10;
    /** How far below the budget the cost at half the stretch must be, so that it does not change to and fro. */
    private static final double ROOM = 0.8;

    private Intervals intervals;
    private int stretch = 1;
    private boolean started;
    private long fastDue;
    private long fullDue;
    private long fastTaken;
    private long fullTaken;
    private int judged = -1;
    private final Cost fast = new Cost();
    private final Cost full = new Cost();

    /** What samples of one tier cost, in nanoseconds of processor time. */
    private static final class Cost {
        private double mean;
        private long samples;

        void add(long nanos, double intervalNanos) {
            samples++;
            // A plain mean at first, then one in which a minute ago weighs a third.
            mean += (nanos - mean) * Math.max(1.0 / samples, Math.min(1, intervalNanos / MINUTE_NANOS));
        }
    }

    SampleSchedule(Intervals intervals) {
        this.intervals = intervals;
    }

    /** From now on these hold: the next sample of a tier is due so long after its last one. */
    void intervals(Intervals changed) {
        boolean fullWanted = fullDue < fullTaken + interval(Tier.FULL);
        intervals = changed;
        judged = Math.min(judged, 0);
        fastDue = fastTaken + interval(Tier.FAST);
        long due = fullTaken + interval(Tier.FULL);
        fullDue = fullWanted ? Math.min(fullDue, due) : due;
    }

    /** The tier of the next sample. */
    Tier next() {
        // A full sample shows what a fast one shows: the two are never taken side by side.
        return !started || fullDue - fastDue <= interval(Tier.FAST) / 2 ? Tier.FULL : Tier.FAST;
    }

    /** When the next sample is due; of no meaning before the first. */
    long due() {
        return fastDue;
    }

    /** How long from one sample of this tier to the next, stretched. */
    long interval(Tier tier) {
        return stretch * (tier == Tier.FULL ? intervals.fullNanos() : intervals.fastNanos());
    }

    int stretch() {
        return stretch;
    }

    /**
     * The next sample shall be full: something was lost that only a full one makes up for. When things are lost all the time,
     * that makes four full samples of one, and no more.
     */
    void resync() {
        fullDue = Math.min(fullDue, Math.max(fastDue, fullTaken + interval(Tier.FULL) / 4));
    }

    /**
     * A sample was taken from {@code startNanos} to {@code endNanos} and took so much processor time.
     *
     * @param usable whether it may stand for its tier; a full sample that failed is due again with the next
     */
    void taken(Tier tier, long startNanos, long endNanos, long processorNanos, boolean usable) {
        boolean onGrid = started && startNanos - fastDue < interval(Tier.FAST);
        // The first sample may take most of an interval: the grid begins where it ended, so that the next is not due at
        // once.
        long begin = started ? startNanos : endNanos;
        long from = onGrid ? fastDue : begin;
        if (started) {
            Cost cost = tier == Tier.FULL ? full : fast;
            cost.add(processorNanos, (double) interval(tier));
        }
        started = true;
        judged++;
        if (judged >= SAMPLES_TO_JUDGE) {
            judge();
        }
        // On a grid as long as it can be kept; after a sample that is later than that a new one begins.
        fastTaken = from;
        fastDue = from + interval(Tier.FAST);
        if (tier == Tier.FULL) {
            fullTaken = from;
            fullDue = usable ? from + interval(Tier.FULL) : fastDue;
        }
    }

    private void judge() {
        double share = (intervals.fastNanos() == intervals.fullNanos() ? 0 : fast.mean / intervals.fastNanos())
                + full.mean / intervals.fullNanos();
        double wanted = share / intervals.processorShare();
        int enough = 1;
        while (enough < wanted && enough < LARGEST_STRETCH) {
            enough *= 2;
        }
        if (enough > stretch || (enough < stretch && wanted < ROOM * stretch / 2)) {
            stretch = enough;
            judged = 0;
        }
    }
}
