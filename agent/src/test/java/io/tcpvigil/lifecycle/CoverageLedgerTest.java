// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoverageLedgerTest {
    private static final long UNKNOWN = KernelTotals.UNKNOWN;

    private final CoverageLedger ledger = new CoverageLedger();

    @Test
    void comparesWhatBothSidesCountedInTheSameTime() {
        ledger.update(new KernelTotals(100, 50, 10, 5, 40, 0), new SeenTotals(7, 7, 7, 0, 7, 0, 7));
        ledger.update(new KernelTotals(110, 54, 12, 5, 50, 2), new SeenTotals(16, 11, 8, 0, 7, 0, 19));

        assertEquals(new EventCoverage(9, 10), ledger.interval().get(CoverageEvent.OPENED_INBOUND));
        assertEquals(new EventCoverage(4, 4), ledger.interval().get(CoverageEvent.OPENED_OUTBOUND));
        assertEquals(new EventCoverage(1, 2), ledger.interval().get(CoverageEvent.FAILED));
        assertEquals(new EventCoverage(0, 0), ledger.interval().get(CoverageEvent.RESET));
        assertEquals(new EventCoverage(12, 12), ledger.interval().get(CoverageEvent.TIME_WAIT));
        assertEquals(
                OptionalDouble.of(0.9),
                ledger.total(CoverageEvent.OPENED_INBOUND).ratio());
        assertEquals(
                OptionalDouble.of(1.0), ledger.total(CoverageEvent.TIME_WAIT).ratio());
    }

    @Test
    void givesNoRatioWhereNothingHappened() {
        ledger.update(new KernelTotals(1, 1, 1, 1, 1, 1), SeenTotals.NONE);
        ledger.update(new KernelTotals(1, 1, 1, 1, 1, 1), SeenTotals.NONE);

        for (CoverageEvent event : CoverageEvent.values()) {
            assertEquals(OptionalDouble.empty(), ledger.total(event).ratio(), event.label());
        }
    }

    @Test
    void comparesNothingTheFirstTime() {
        ledger.update(new KernelTotals(100, 50, 10, 5, 40, 0), new SeenTotals(7, 7, 7, 0, 7, 0, 7));

        assertEquals(0, ledger.interval().size());
        assertEquals(new EventCoverage(0, 0), ledger.total(CoverageEvent.OPENED_INBOUND));
    }

    @Test
    void leavesOutACounterThatIsUnknownOrFell() {
        ledger.update(new KernelTotals(100, UNKNOWN, 10, 5, 40, UNKNOWN), SeenTotals.NONE);
        ledger.update(new KernelTotals(20, 60, 11, 5, 41, 0), new SeenTotals(3, 3, 1, 0, 0, 0, 1));

        assertNull(ledger.interval().get(CoverageEvent.OPENED_INBOUND));
        assertNull(ledger.interval().get(CoverageEvent.OPENED_OUTBOUND));
        assertNull(ledger.interval().get(CoverageEvent.TIME_WAIT));
        assertEquals(new EventCoverage(1, 1), ledger.interval().get(CoverageEvent.FAILED));
        // What could not be compared is in no total either, on neither side.
        assertEquals(new EventCoverage(0, 0), ledger.total(CoverageEvent.OPENED_INBOUND));

        ledger.update(new KernelTotals(22, UNKNOWN, 11, 5, 41, 0), new SeenTotals(5, 3, 1, 0, 0, 0, 1));
        assertEquals(new EventCoverage(2, 2), ledger.total(CoverageEvent.OPENED_INBOUND));
        assertFalse(ledger.interval().containsKey(CoverageEvent.OPENED_OUTBOUND));
    }

    @Test
    void leavesOutWhatHappenedInAPause() {
        ledger.update(new KernelTotals(0, 0, 0, 0, 0, 0), SeenTotals.NONE);
        ledger.skip(new KernelTotals(1000, 0, 0, 0, 0, 0), new SeenTotals(1, 0, 0, 0, 0, 0, 0));
        assertEquals(0, ledger.interval().size());
        ledger.update(new KernelTotals(1004, 0, 0, 0, 0, 0), new SeenTotals(5, 0, 0, 0, 0, 0, 0));

        assertEquals(new EventCoverage(4, 4), ledger.total(CoverageEvent.OPENED_INBOUND));
    }

    /** Of 30 ends that may be failures or resets, the kernel counted 10 failures and 25 resets. */
    @Test
    void takesOfWhatMayBeSeveralThingsAsManyAsTheKernelCounted() {
        ledger.update(new KernelTotals(0, 0, 0, 0, 0, 0), SeenTotals.NONE);
        ledger.update(new KernelTotals(0, 0, 10, 25, 0, 0), new SeenTotals(0, 0, 3, 4, 6, 22, 0));

        // 3 surely, 4 maybe, 3 of the 22; then 6 maybe and the other 19.
        assertEquals(new EventCoverage(10, 10), ledger.total(CoverageEvent.FAILED));
        assertEquals(new EventCoverage(25, 25), ledger.total(CoverageEvent.RESET));
        assertEquals(new EventCoverage(25, 25), ledger.interval().get(CoverageEvent.RESET));
    }

    @Test
    void showsWhatIsMissingEvenIfAllThatMayBeIsTakenForIt() {
        ledger.update(new KernelTotals(0, 0, 0, 0, 0, 0), SeenTotals.NONE);
        ledger.update(new KernelTotals(0, 0, 10, 25, 0, 0), new SeenTotals(0, 0, 3, 4, 6, 5, 0));

        assertEquals(new EventCoverage(10, 10), ledger.total(CoverageEvent.FAILED));
        assertEquals(new EventCoverage(8, 25), ledger.total(CoverageEvent.RESET));
    }

    /** More failures than the kernel counted are a sign of something wrong, and stay visible. */
    @Test
    void doesNotHideThatMoreSurelyFailedThanTheKernelCounted() {
        ledger.update(new KernelTotals(0, 0, 0, 0, 0, 0), SeenTotals.NONE);
        ledger.update(new KernelTotals(0, 0, 2, 0, 0, 0), new SeenTotals(0, 0, 3, 4, 0, 5, 0));

        assertEquals(new EventCoverage(3, 2), ledger.total(CoverageEvent.FAILED));
        assertEquals(new EventCoverage(0, 0), ledger.total(CoverageEvent.RESET));
    }

    /** Resets first, then the kernel counts failures: what was taken for a reset stays one, or a counter would run back. */
    @Test
    void doesNotTakeBackWhatItTookForAReset() {
        ledger.update(new KernelTotals(0, 0, 0, 0, 0, 0), SeenTotals.NONE);
        SeenTotals ends = new SeenTotals(0, 0, 0, 0, 0, 5, 0);
        ledger.update(new KernelTotals(0, 0, 0, 5, 0, 0), ends);
        assertEquals(new EventCoverage(5, 5), ledger.total(CoverageEvent.RESET));

        ledger.update(new KernelTotals(0, 0, 3, 5, 0, 0), ends);
        assertEquals(new EventCoverage(5, 5), ledger.total(CoverageEvent.RESET));
        assertEquals(new EventCoverage(0, 3), ledger.total(CoverageEvent.FAILED));
    }

    /** The counters are read a little after the dump: what they have by then, only the next dump shows. */
    @Test
    void takesAnEndThatTheKernelCountedBeforeItWasSeen() {
        ledger.update(new KernelTotals(0, 0, 0, 0, 0, 0), SeenTotals.NONE);
        ledger.update(new KernelTotals(0, 0, 2, 3, 0, 0), new SeenTotals(0, 0, 0, 0, 1, 1, 0));
        ledger.update(new KernelTotals(0, 0, 2, 3, 0, 0), new SeenTotals(0, 0, 0, 1, 2, 2, 0));

        assertEquals(new EventCoverage(2, 2), ledger.total(CoverageEvent.FAILED));
        assertEquals(new EventCoverage(3, 3), ledger.total(CoverageEvent.RESET));
    }

    /** Ends of every kind, each seen and counted in an order of its own. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void totalsNeverFallAndTakeNoEndTwice(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        KernelTotals counted = new KernelTotals(0, 0, 0, 0, 0, 0);
        SeenTotals seen = SeenTotals.NONE;
        ledger.update(counted, seen);
        Map<CoverageEvent, Long> before = new EnumMap<>(CoverageEvent.class);
        for (int i = 0; i < 1000; i++) {
            counted = new KernelTotals(
                    0, 0, counted.attemptFails() + random.nextInt(3), counted.estabResets() + random.nextInt(3), 0, 0);
            seen = seen.plus(new SeenTotals(
                    0, 0, random.nextInt(2), random.nextInt(2), random.nextInt(2), random.nextInt(2), 0));
            ledger.update(counted, seen);
            for (CoverageEvent event : CoverageEvent.values()) {
                long now = ledger.total(event).seen();
                Long last = before.put(event, now);
                assertTrue(
                        last == null || now >= last,
                        "seed " + seed + ", " + event + " fell from " + last + " to " + now);
            }
            long ends = seen.failed() + seen.maybeFailed() + seen.maybeReset() + seen.failedOrReset();
            long taken = ledger.total(CoverageEvent.FAILED).seen()
                    + ledger.total(CoverageEvent.RESET).seen();
            assertTrue(taken <= ends, "seed " + seed + ": " + taken + " of " + ends);
        }
    }
}
