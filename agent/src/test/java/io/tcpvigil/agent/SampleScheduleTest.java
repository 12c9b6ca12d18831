// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.report.Tier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SampleScheduleTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final double ONE_PERCENT = 0.01;

    private final SampleSchedule schedule = new SampleSchedule(new Intervals(SECOND, 15 * SECOND, ONE_PERCENT));
    private long now = -3 * SECOND;

    /** Takes samples that cost so much until {@code seconds} have gone by; what each second of theirs cost in all. */
    private double run(long seconds, long fastCost, long fullCost) {
        long end = now + seconds * SECOND;
        long cost = 0;
        long start = now;
        while (now < end) {
            Tier tier = schedule.next();
            long each = tier == Tier.FULL ? fullCost : fastCost;
            schedule.taken(tier, now, now, each, true);
            cost += each;
            now = Math.max(schedule.due(), now + each);
        }
        return (double) cost / (now - start);
    }

    @Test
    void takesAFullSampleFirstAndThenEveryFifteenth() {
        List<Tier> tiers = new ArrayList<>();
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            tiers.add(schedule.next());
            times.add((now + 3 * SECOND) / SECOND);
            schedule.taken(schedule.next(), now, now, MILLI, true);
            now = schedule.due();
        }
        for (int i = 0; i < 31; i++) {
            assertEquals(i % 15 == 0 ? Tier.FULL : Tier.FAST, tiers.get(i), "sample " + i);
            assertEquals(i, times.get(i));
        }
    }

    @Test
    void keepsToItsGridAndMakesUpForNothing() {
        schedule.taken(Tier.FULL, now, now, MILLI, true);
        long due = schedule.due();
        schedule.taken(Tier.FAST, due + 10 * MILLI, due + 10 * MILLI, MILLI, true);
        assertEquals(due + SECOND, schedule.due(), "late by less than an interval");
        schedule.taken(Tier.FAST, due + 100 * SECOND, due + 100 * SECOND, MILLI, true);
        assertEquals(due + 101 * SECOND, schedule.due(), "after a suspend one sample is enough");
        assertEquals(Tier.FULL, schedule.next());
    }

    @Test
    void beginsItsGridWhereTheSlowFirstSampleEnded() {
        schedule.taken(Tier.FULL, now, now + 900 * MILLI, MILLI, true);
        assertEquals(now + 1900 * MILLI, schedule.due());
        schedule.taken(Tier.FAST, schedule.due(), schedule.due() + 300 * MILLI, MILLI, true);
        assertEquals(now + 2900 * MILLI, schedule.due(), "the second is on the grid");
    }

    @Test
    void takesAFullSampleAgainThatFailed() {
        schedule.taken(Tier.FULL, now, now, MILLI, false);
        assertEquals(Tier.FULL, schedule.next());
        assertEquals(now + SECOND, schedule.due());
    }

    @Test
    void takesAFullSampleNextAfterALoss() {
        run(8, MILLI, MILLI);
        assertEquals(Tier.FAST, schedule.next());
        schedule.resync();
        assertEquals(Tier.FULL, schedule.next());
        assertEquals(now, schedule.due());
    }

    @Test
    void takesNoMoreThanFourTimesAsManyFullSamplesWhenThingsAreLostAllTheTime() {
        int full = 0;
        for (int second = 0; second < 600; second++) {
            schedule.resync();
            full += schedule.next() == Tier.FULL ? 1 : 0;
            schedule.taken(schedule.next(), now, now, MILLI, true);
            now = schedule.due();
        }
        assertTrue(full > 600 / 15 && full <= 1 + 4 * 600 / 15, full + " full samples");
    }

    @Test
    void leavesTheIntervalsAloneWithinTheBudget() {
        run(600, 4 * MILLI, 80 * MILLI);
        assertEquals(1, schedule.stretch());
        assertEquals(SECOND, schedule.interval(Tier.FAST));
        assertEquals(15 * SECOND, schedule.interval(Tier.FULL));
    }

    @Test
    void stretchesBothIntervalsWhenTheHostIsLarge() {
        run(60, 300 * MILLI, 600 * MILLI);
        assertEquals(32, schedule.stretch(), "30 percent of a processor for fast samples, known after ten of them");
        run(7200, 300 * MILLI, 600 * MILLI);
        assertEquals(64, schedule.stretch(), "34 percent of a processor need 64 times the interval");
        assertEquals(64 * SECOND, schedule.interval(Tier.FAST));
        assertEquals(960 * SECOND, schedule.interval(Tier.FULL));
        assertTrue(run(36_000, 300 * MILLI, 600 * MILLI) <= ONE_PERCENT);
    }

    @Test
    void comesBackWhenTheHostIsSmallAgain() {
        run(60, 300 * MILLI, 600 * MILLI);
        run(4 * 3600, MILLI, 5 * MILLI);
        assertEquals(1, schedule.stretch());
    }

    @Test
    void doesNotLearnFromTheFirstSampleWhichLoadsTheProgram() {
        schedule.taken(Tier.FULL, now, now, 3000 * MILLI, true);
        now = schedule.due();
        run(60, MILLI, MILLI);
        assertEquals(1, schedule.stretch());
    }

    /** Costs that wobble about a bound must not make the intervals change to and fro. */
    @Test
    void doesNotSwingAboutTheBudget() {
        int changes = 0;
        int last = 1;
        for (int i = 0; i < 200; i++) {
            run(10, (i % 2 == 0 ? 9 : 11) * MILLI, 0);
            changes += schedule.stretch() == last ? 0 : 1;
            last = schedule.stretch();
        }
        assertTrue(changes <= 1, changes + " changes");
    }

    @Test
    void hasNoBoundForSomebodyWhoWaits() {
        SampleSchedule looks = new SampleSchedule(Intervals.every(SECOND));
        for (int i = 0; i < 100; i++) {
            assertEquals(Tier.FULL, looks.next());
            looks.taken(Tier.FULL, now, now, 900 * MILLI, true);
            // Late by any part of an interval, and sometimes by many.
            now = looks.due() + (i % 10) * (SECOND / 10) + (i % 7 == 0 ? 5 * SECOND : 0);
        }
        assertEquals(1, looks.stretch());
    }

    @Test
    void isDueByNewIntervalsAfterWhatWasLastTaken() {
        run(8, MILLI, MILLI);
        long taken = schedule.due() - SECOND;
        schedule.intervals(new Intervals(3 * SECOND, 6 * SECOND, ONE_PERCENT));
        assertEquals(taken + 3 * SECOND, schedule.due());
        assertEquals(Tier.FULL, schedule.next(), "the last one is seven seconds old");
        schedule.taken(Tier.FULL, schedule.due(), schedule.due(), MILLI, true);
        schedule.intervals(new Intervals(SECOND / 10, 6 * SECOND, ONE_PERCENT));
        assertEquals(taken + 3 * SECOND + SECOND / 10, schedule.due());
        assertEquals(Tier.FAST, schedule.next());
    }

    @Test
    void stillOwesAFullSampleAfterAChangeOfIntervals() {
        schedule.taken(Tier.FULL, now, now, MILLI, false);
        schedule.intervals(new Intervals(SECOND, 60 * SECOND, ONE_PERCENT));
        assertEquals(Tier.FULL, schedule.next());
    }

    @Test
    void judgesByTheNewBudget() {
        run(60, 30 * MILLI, 30 * MILLI);
        assertEquals(4, schedule.stretch());
        schedule.intervals(new Intervals(SECOND, 15 * SECOND, 1));
        run(60, 30 * MILLI, 30 * MILLI);
        assertEquals(1, schedule.stretch());
    }
}
