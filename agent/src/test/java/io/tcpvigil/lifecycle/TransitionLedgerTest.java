// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TransitionLedgerTest {
    private final TransitionLedger ledger = new TransitionLedger();
    private final LifecycleTally tally = new LifecycleTally();
    private final ConnectionTracker tracker = new ConnectionTracker(1);
    private final Map<TcpState, Map<TcpState, Long>> probed = new EnumMap<>(TcpState.class);
    private long withoutPort;
    private long minisocks = 100;
    private boolean minisocksKnown = true;

    private void step(TcpState from, TcpState to, long count) {
        probed.computeIfAbsent(from, none -> new EnumMap<>(TcpState.class)).merge(to, count, Long::sum);
    }

    private ProbedTransitions probe() {
        return new ProbedTransitions(
                (from, to) -> probed.getOrDefault(from, Map.of()).getOrDefault(to, 0L), withoutPort);
    }

    /** A report of a tracker that has seen what the tally has. */
    private LifecycleReport tracked() {
        LifecycleReport empty = tracker.report();
        return new LifecycleReport(
                empty.nanos(),
                false,
                tally.transitions(),
                tally.standIns(),
                tally.connections(),
                tally.live(),
                0,
                Map.of(),
                Set.of(),
                Map.of(),
                Map.of(),
                tally.seen(),
                0,
                empty.anomalies(),
                empty.dumps(),
                empty.destroys(),
                0);
    }

    private void update(@Nullable ProbedTransitions probe) {
        KernelEvents.Builder counted = new KernelEvents.Builder();
        if (minisocksKnown) {
            counted.put(KernelEvent.TW, OptionalLong.of(minisocks - 1)).put(KernelEvent.TW_KILLED, OptionalLong.of(1));
        }
        ledger.update(tracked(), counted.build(), probe);
    }

    private void assertCounts(long expected, TcpState from, TcpState to, Evidence evidence) {
        assertEquals(
                expected,
                ledger.transitions().of(from, to, evidence),
                from + " to " + to + " in\n" + ledger.transitions());
    }

    @Test
    void takesTheTrackersWordWithoutAProbe() {
        tally.step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.OBSERVED);
        update(null);
        tally.step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.VANISHED);
        update(null);
        assertEquals(tally.transitions(), ledger.transitions());
    }

    @Test
    void countsEachStepOnceWhileTheProbeComesAndGoes() {
        tally.step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.OBSERVED);
        step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, 1000);
        update(probe());
        assertCounts(1, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.OBSERVED);
        assertCounts(0, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.EXACT);

        step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, 5);
        tally.step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.INFERRED);
        update(probe());
        assertCounts(5, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.EXACT);
        assertCounts(0, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.INFERRED);

        tally.step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.OBSERVED);
        update(null);
        assertCounts(2, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.OBSERVED);

        probed.clear();
        step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, 1);
        update(probe());
        step(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, 2);
        update(probe());
        assertCounts(7, TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.EXACT);
        assertEquals(9, ledger.transitions().of(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT));
    }

    @Test
    void takesFromDumpsWhatNoFullSocketDid() {
        update(probe());
        tally.step(TcpState.TIME_WAIT, TcpState.CLOSED, Evidence.OBSERVED);
        tally.stepOfStandIn(TcpState.TIME_WAIT, TcpState.CLOSED, Evidence.OBSERVED);
        tally.stepOfStandIn(TcpState.LISTEN, TcpState.SYN_RECEIVED, Evidence.OBSERVED);
        tally.stepOfStandIn(TcpState.SYN_RECEIVED, TcpState.CLOSED, Evidence.VANISHED);
        step(TcpState.LISTEN, TcpState.SYN_RECEIVED, 3);
        update(probe());
        assertCounts(1, TcpState.TIME_WAIT, TcpState.CLOSED, Evidence.OBSERVED);
        assertCounts(1, TcpState.LISTEN, TcpState.SYN_RECEIVED, Evidence.OBSERVED);
        assertCounts(3, TcpState.LISTEN, TcpState.SYN_RECEIVED, Evidence.EXACT);
        assertCounts(1, TcpState.SYN_RECEIVED, TcpState.CLOSED, Evidence.VANISHED);
    }

    @Test
    void leavesOutConnectsThatFoundNoPort() {
        update(probe());
        step(TcpState.CLOSED, TcpState.SYN_SENT, 10);
        step(TcpState.SYN_SENT, TcpState.CLOSED, 10);
        withoutPort = 7;
        update(probe());
        assertCounts(3, TcpState.CLOSED, TcpState.SYN_SENT, Evidence.EXACT);
        assertCounts(3, TcpState.SYN_SENT, TcpState.CLOSED, Evidence.EXACT);
    }

    /** 20 left FIN-WAIT-2 and 4 CLOSING; 19 minisocks were made of them, of which 6 are orphans still in FIN-WAIT-2. */
    @Test
    void tellsWhatBecameOfThoseThatTheKernelCallsClosed() {
        update(probe());
        step(TcpState.FIN_WAIT_2, TcpState.CLOSED, 20);
        step(TcpState.CLOSING, TcpState.CLOSED, 4);
        minisocks += 19;
        for (int i = 0; i < 6; i++) {
            tally.minisock(TcpState.FIN_WAIT_2);
        }
        update(probe());
        assertCounts(5, TcpState.FIN_WAIT_2, TcpState.CLOSED, Evidence.EXACT);
        assertCounts(0, TcpState.CLOSING, TcpState.CLOSED, Evidence.EXACT);
        assertCounts(4, TcpState.CLOSING, TcpState.TIME_WAIT, Evidence.EXACT);
        assertCounts(20 - 5 - 6, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, Evidence.EXACT);

        // The orphans go on, of which only dumps tell.
        tally.stepOfStandIn(TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, Evidence.OBSERVED);
        update(probe());
        assertCounts(1, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, Evidence.OBSERVED);
        assertCounts(9, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, Evidence.EXACT);
    }

    @Test
    void saysLessWhenTheKernelsCountOfMinisocksIsNotKnown() {
        minisocksKnown = false;
        update(probe());
        step(TcpState.FIN_WAIT_2, TcpState.CLOSED, 2);
        update(probe());
        assertCounts(2, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, Evidence.INFERRED);
        assertCounts(0, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, Evidence.EXACT);
    }

    /** Counts that are read one after the other, while they go on, are never those of one moment. */
    @Test
    void neverFallsAndIsRightOnceAllIsQuiet() {
        long seed = 9293;
        SplittableRandom random = new SplittableRandom(seed);
        update(probe());
        TransitionCounts before = ledger.transitions();
        long closed = 0;
        long timeWaits = 0;
        for (int round = 0; round < 2000; round++) {
            int cut = random.nextInt(3);
            int kept = random.nextInt(5);
            step(TcpState.FIN_WAIT_2, TcpState.CLOSED, cut + kept);
            ProbedTransitions read = probe();
            // After the probe was read and before the counter is, some more.
            int late = random.nextInt(2);
            step(TcpState.FIN_WAIT_2, TcpState.CLOSED, late);
            minisocks += kept + late;
            closed += cut;
            timeWaits += kept + late;
            update(read);
            TransitionCounts now = ledger.transitions();
            for (TcpState to : TcpState.values()) {
                assertTrue(now.of(TcpState.FIN_WAIT_2, to) >= before.of(TcpState.FIN_WAIT_2, to), "seed " + seed);
            }
            before = now;
        }
        step(TcpState.FIN_WAIT_2, TcpState.CLOSED, 10);
        minisocks += 10;
        update(probe());
        assertCounts(closed, TcpState.FIN_WAIT_2, TcpState.CLOSED, Evidence.EXACT);
        assertCounts(timeWaits + 10, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, Evidence.EXACT);
    }

    /** What the tracker counts apart, through one life of each kind. */
    @Test
    void knowsTheStepsOfStandIns() {
        Watch watch = Watch.started();
        Dump.Socket refused = Dump.Socket.inbound(1000, 11);
        Dump.Socket closing = Dump.Socket.inbound(1001, 12);
        watch.full(Watch.listening().request(refused, 3000).with(closing, TcpState.ESTABLISHED));
        assertEquals(TransitionCounts.NONE, watch.report().standIns().transitions());
        watch.full(Watch.listening().minisock(closing, TcpState.FIN_WAIT_2, 60_000));
        StandIns orphaned = watch.report().standIns();
        assertEquals(1, orphaned.orphans());
        assertEquals(1, orphaned.transitions().of(TcpState.LISTEN, TcpState.SYN_RECEIVED));
        assertEquals(1, orphaned.transitions().of(TcpState.SYN_RECEIVED, TcpState.CLOSED));
        assertEquals(0, orphaned.transitions().of(TcpState.ESTABLISHED, TcpState.FIN_WAIT_1));
        watch.full(Watch.listening().minisock(closing, TcpState.TIME_WAIT, 60_000));
        watch.full(Watch.listening());
        StandIns gone = watch.report().standIns();
        assertEquals(1, gone.transitions().of(TcpState.FIN_WAIT_2, TcpState.TIME_WAIT));
        assertEquals(1, gone.transitions().of(TcpState.TIME_WAIT, TcpState.CLOSED));
        assertEquals(1, gone.orphans());
    }
}
