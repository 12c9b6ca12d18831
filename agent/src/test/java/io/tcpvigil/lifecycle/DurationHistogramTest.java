// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DurationHistogramTest {
    @Test
    void putsEachDurationIntoTheFirstBucketThatHoldsIt() {
        DurationHistogram.Tally tally = new DurationHistogram.Tally();
        for (long millis : new long[] {0, 1, 2, 5, 6, 86_400_000, 86_400_001}) {
            tally.add(millis);
        }
        DurationHistogram histogram = tally.snapshot();

        assertEquals(2, histogram.inBucket(0));
        assertEquals(2, histogram.inBucket(1));
        assertEquals(1, histogram.inBucket(2));
        assertEquals(1, histogram.inBucket(DurationHistogram.BUCKETS - 2));
        assertEquals(1, histogram.inBucket(DurationHistogram.BUCKETS - 1));
        assertEquals(7, histogram.count());
        assertEquals(172_800.015, histogram.sumSeconds(), 1e-9);
    }

    @Test
    void hasRisingBoundsFromAMillisecondToADay() {
        assertEquals(0.001, DurationHistogram.boundSeconds(0));
        for (int i = 1; i < DurationHistogram.BUCKETS; i++) {
            assertTrue(DurationHistogram.boundSeconds(i) > DurationHistogram.boundSeconds(i - 1));
        }
        assertEquals(86_400, DurationHistogram.boundSeconds(DurationHistogram.BUCKETS - 2));
        assertEquals(Double.POSITIVE_INFINITY, DurationHistogram.boundSeconds(DurationHistogram.BUCKETS - 1));
    }

    @Test
    void addsUp() {
        Durations.Tally first = new Durations.Tally();
        first.add(10, true);
        first.add(20, false);
        Durations.Tally second = new Durations.Tally();
        second.add(10, true);
        Durations sum = first.snapshot().plus(second.snapshot());

        assertEquals(2, sum.exact().count());
        assertEquals(2, sum.exact().inBucket(2));
        assertEquals(0.020, sum.lowerBound().sumSeconds());
    }

    @Test
    void doesNotChangeWithTheTallyItIsFrom() {
        DurationHistogram.Tally tally = new DurationHistogram.Tally();
        DurationHistogram before = tally.snapshot();
        tally.add(10);

        assertEquals(0, before.count());
    }
}
