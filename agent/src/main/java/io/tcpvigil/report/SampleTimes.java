// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import java.util.Locale;

/** How long the phases of samples took since the start. Immutable. */
public final class SampleTimes {
    private static final long MICROS = 1_000;
    private static final long MILLIS = 1_000_000;
    private static final long SECONDS = 1_000_000_000;
    private static final long[] BOUNDS_NANOS = {
        100 * MICROS,
        500 * MICROS,
        MILLIS,
        5 * MILLIS,
        10 * MILLIS,
        50 * MILLIS,
        100 * MILLIS,
        500 * MILLIS,
        SECONDS,
        5 * SECONDS
    };
    private static final int TIERS = Tier.values().length;
    private static final int PHASES = Phase.values().length;

    /** Buckets: one for each bound, and one for what took longer. */
    public static final int BUCKETS = BOUNDS_NANOS.length + 1;

    /** One after the other, what a sample consists of. */
    public enum Phase {
        /** The kernel's table is read. */
        DUMP,
        /** Connections are found again, counters and events taken in. */
        FOLLOW,
        /** Sockets are counted, and broken down by port when the sample is a full one. */
        COUNT,
        /** Who holds sockets, and what is wrong; of full samples only. */
        DIAGNOSE;

        /** The name for machines. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether samples of this tier have this phase. */
        public boolean isOf(Tier tier) {
            return this != DIAGNOSE || tier == Tier.FULL;
        }
    }

    private final long[][] counts;
    private final long[] sumNanos;

    private SampleTimes(long[][] counts, long[] sumNanos) {
        this.counts = counts;
        this.sumNanos = sumNanos;
    }

    private static int index(Tier tier, Phase phase) {
        return tier.ordinal() * PHASES + phase.ordinal();
    }

    /** The upper bound of a bucket, which is within it; infinite for the last. */
    public static double boundSeconds(int bucket) {
        return bucket < BOUNDS_NANOS.length ? (double) BOUNDS_NANOS[bucket] / SECONDS : Double.POSITIVE_INFINITY;
    }

    /** How many times are in each bucket and in no other. */
    public long[] buckets(Tier tier, Phase phase) {
        return counts[index(tier, phase)].clone();
    }

    /** All times together. */
    public double sumSeconds(Tier tier, Phase phase) {
        return (double) sumNanos[index(tier, phase)] / SECONDS;
    }

    /** Counts up; not thread-safe. */
    public static final class Tally {
        private final long[][] counts = new long[TIERS * PHASES][BUCKETS];
        private final long[] sumNanos = new long[TIERS * PHASES];

        /** Counts one phase of one sample. */
        public void add(Tier tier, Phase phase, long nanos) {
            int bucket = 0;
            while (bucket < BOUNDS_NANOS.length && nanos > BOUNDS_NANOS[bucket]) {
                bucket++;
            }
            counts[index(tier, phase)][bucket]++;
            sumNanos[index(tier, phase)] += nanos;
        }

        public SampleTimes times() {
            long[][] copy = new long[counts.length][];
            for (int i = 0; i < copy.length; i++) {
                copy[i] = counts[i].clone();
            }
            return new SampleTimes(copy, sumNanos.clone());
        }
    }
}
