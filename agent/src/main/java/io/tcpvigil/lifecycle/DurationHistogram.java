// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/** How many durations fell between which bounds. Immutable. */
public final class DurationHistogram {
    private static final int[] BOUNDS_MILLIS = {
        1,
        5,
        10,
        50,
        100,
        500,
        1000,
        5000,
        10_000,
        30_000,
        60_000,
        120_000,
        300_000,
        600_000,
        1_800_000,
        3_600_000,
        14_400_000,
        86_400_000
    };

    /** Buckets: one for each bound, and one for what is longer than a day. */
    public static final int BUCKETS = BOUNDS_MILLIS.length + 1;

    private final long[] counts;
    private final long sumMillis;

    private DurationHistogram(long[] counts, long sumMillis) {
        this.counts = counts;
        this.sumMillis = sumMillis;
    }

    /** The upper bound of a bucket, which is within it; infinite for the last. */
    public static double boundSeconds(int bucket) {
        return bucket < BOUNDS_MILLIS.length ? BOUNDS_MILLIS[bucket] / 1000.0 : Double.POSITIVE_INFINITY;
    }

    /** The durations in this bucket and in no other. */
    public long inBucket(int bucket) {
        return counts[bucket];
    }

    public long count() {
        long all = 0;
        for (long each : counts) {
            all += each;
        }
        return all;
    }

    public double sumSeconds() {
        return sumMillis / 1000.0;
    }

    public DurationHistogram plus(DurationHistogram other) {
        long[] sum = counts.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.counts[i];
        }
        return new DurationHistogram(sum, sumMillis + other.sumMillis);
    }

    /** Counts up; not thread-safe. */
    static final class Tally {
        private final long[] counts = new long[BUCKETS];
        private long sumMillis;

        void add(long millis) {
            int bucket = 0;
            while (bucket < BOUNDS_MILLIS.length && millis > BOUNDS_MILLIS[bucket]) {
                bucket++;
            }
            counts[bucket]++;
            sumMillis += millis;
        }

        DurationHistogram snapshot() {
            return new DurationHistogram(counts.clone(), sumMillis);
        }
    }
}
