// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lifecycle.Dump.Socket;
import org.junit.jupiter.api.Test;

/** What dumps that do not show everything may change: those of the fast tier, failed, partial, late and repeated ones. */
class TierAndFaultTest {
    private static final Socket CLIENT = Socket.inbound(40_000, 11);
    private static final Socket OURS = Socket.outbound(33_000, 12);

    private static Dump dump() {
        return Watch.listening();
    }

    @Test
    void doesNotMissAnEstablishedConnectionInAFastDump() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED)).fast(dump()).fast(dump());
        assertEquals(1, watch.live(ESTABLISHED));

        watch.fast(dump().with(CLIENT, CLOSE_WAIT));
        assertEquals(1, watch.report().transitions().of(ESTABLISHED, CLOSE_WAIT, Evidence.OBSERVED));
        watch.fast(dump());
        assertEquals(0, watch.tracker.size());
    }

    @Test
    void endsInAFastDumpWhatCanBeNowhereElse() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, FIN_WAIT_2).with(OURS, LAST_ACK)).fast(dump());

        assertEquals(0, watch.tracker.size());
        assertEquals(1, watch.report().transitions().of(LAST_ACK, CLOSED, Evidence.OBSERVED));
    }

    @Test
    void letsTheNextFullDumpDecideWhatBecameOfAnAttempt() {
        Watch watch = Watch.started();
        watch.fast(dump().with(OURS, SYN_SENT).request(CLIENT, 1000))
                .fast(dump())
                .fast(dump());
        assertEquals(2, watch.tracker.size());
        watch.full(dump().with(CLIENT, ESTABLISHED));

        TransitionCounts transitions = watch.report().transitions();
        assertEquals(1, transitions.of(SYN_RECEIVED, ESTABLISHED, Evidence.OBSERVED));
        assertEquals(1, transitions.of(SYN_SENT, CLOSED, Evidence.VANISHED));
        assertEquals(1, watch.tracker.size());
        // It was in SYN-SENT for one interval, and in neither state when the second fast dump missed it.
        Durations inSynSent = watch.report().stateDurations(SYN_SENT);
        assertEquals(1, inSynSent.exact().count());
        assertEquals(1.0, inSynSent.exact().sumSeconds());
    }

    @Test
    void datesTheEntryIntoEstablishedFromTheFastDumpThatMissedTheRequest() {
        Watch watch = Watch.started();
        watch.fast(dump().request(CLIENT, 1000)).fast(dump()).fast(dump());
        Dump full = dump().with(CLIENT, ESTABLISHED);
        watch.full(full);

        TrackedConnections connections = watch.tracker.connections();
        int handle = connections.find(full.complete(), 2);
        assertEquals(new Age(2000, true), connections.stateAge(handle));
        assertEquals(3000, connections.age(handle).millis());
    }

    @Test
    void endsAnEstablishedConnectionInAFastDumpWhenItsPlaceIsTaken() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED)).fast(dump().request(CLIENT.again(77), 1000));

        assertEquals(1, watch.tracker.size());
        assertEquals(1, watch.report().transitions().of(ESTABLISHED, CLOSED, Evidence.VANISHED));
    }

    @Test
    void takesNothingForNewThatMayHaveBeenHiddenByTheFastTierSoFar() {
        Watch watch = new Watch();
        watch.fast(dump());
        watch.fast(dump().with(CLIENT, FIN_WAIT_1).with(OURS, SYN_SENT));

        assertEquals(1, watch.report().connections().preexisting());
        assertEquals(1, watch.report().connections().opened(Direction.OUTBOUND));
    }

    @Test
    void changesNothingOnAFailedDump() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        LifecycleReport before = watch.report();
        watch.full(new Dump().with(OURS, ESTABLISHED).failed());

        LifecycleReport after = watch.report();
        assertEquals(before.connections(), after.connections());
        assertEquals(before.transitions(), after.transitions());
        assertEquals(before.live(), after.live());
        assertEquals(before.oldest(), after.oldest());
        assertEquals(1, after.dumps().failed());
    }

    @Test
    void addsAndMovesOnAPartialDumpButEndsNothing() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED).with(OURS, LAST_ACK));
        Socket third = Socket.inbound(40_001, 13);
        watch.full(new Dump().with(CLIENT, FIN_WAIT_1).with(third, ESTABLISHED).partial());

        assertEquals(3, watch.tracker.size());
        assertEquals(1, watch.report().transitions().of(ESTABLISHED, FIN_WAIT_1, Evidence.OBSERVED));
        assertEquals(1, watch.report().dumps().partial());
        // Its listeners are not all that there are.
        assertEquals(0, watch.report().connections().opened(Direction.UNKNOWN));
        watch.full(dump().with(CLIENT, FIN_WAIT_1).with(third, ESTABLISHED));
        assertEquals(2, watch.tracker.size());
    }

    @Test
    void endsNothingOnAPartialDumpEvenWhenThePlaceIsTaken() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        watch.full(new Dump().request(CLIENT.again(77), 1000).partial());
        assertEquals(2, watch.tracker.size());
        watch.full(dump().with(CLIENT.again(77), ESTABLISHED));

        assertEquals(1, watch.tracker.size());
        assertEquals(1, watch.report().connections().closed());
    }

    @Test
    void ignoresADumpThatIsOlderThanTheLast() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, FIN_WAIT_1));
        watch.tracker.update(dump().with(CLIENT, ESTABLISHED).complete(), Sample.full(watch.nanos() - 1, Watch.SECOND));

        assertEquals(1, watch.live(FIN_WAIT_1));
        assertEquals(0, watch.report().anomalyCount());
        assertEquals(1, watch.report().dumps().late());
    }

    @Test
    void countsNothingTwiceWhenADumpIsGivenTwice() {
        Watch watch = Watch.started();
        Dump dump = dump().with(CLIENT, ESTABLISHED).with(OURS, TIME_WAIT);
        watch.full(dump);
        LifecycleReport before = watch.report();
        watch.tracker.update(dump.complete(), Sample.full(watch.nanos(), Watch.SECOND));

        assertEquals(before.connections(), watch.report().connections());
        assertEquals(before.transitions(), watch.report().transitions());
        assertEquals(before.oldest(), watch.report().oldest());
    }

    @Test
    void takesTheLaterStateOfASocketThatADumpShowsTwice() {
        for (boolean laterFirst : new boolean[] {false, true}) {
            Watch watch = Watch.started();
            watch.full(dump().with(CLIENT, ESTABLISHED));
            watch.full(dump().with(CLIENT, laterFirst ? CLOSE_WAIT : ESTABLISHED)
                    .with(CLIENT, laterFirst ? ESTABLISHED : CLOSE_WAIT)
                    .with(CLIENT, CLOSE_WAIT));

            assertEquals(1, watch.tracker.size());
            assertEquals(1, watch.live(CLOSE_WAIT));
            assertEquals(0, watch.report().anomalyCount());
            assertEquals(1, watch.report().transitions().of(ESTABLISHED, CLOSE_WAIT));
            assertEquals(laterFirst ? 2 : 1, watch.report().dumps().repeatedRows());
        }
    }

    @Test
    void keepsAMinisockThatADumpShowsBehindItsFullSocket() {
        for (boolean laterFirst : new boolean[] {false, true}) {
            Watch watch = Watch.started();
            watch.full(dump().with(OURS, FIN_WAIT_2));
            Dump twice = dump();
            if (laterFirst) {
                twice.minisock(OURS, FIN_WAIT_2, 60_000).with(OURS, FIN_WAIT_2);
            } else {
                twice.with(OURS, FIN_WAIT_2).minisock(OURS, FIN_WAIT_2, 60_000);
            }
            watch.full(twice).full(dump().minisock(OURS, FIN_WAIT_2, 59_000));

            assertEquals(1, watch.report().seen().minisocks(), "later first: " + laterFirst);
        }
    }

    @Test
    void takesWhatAppearsAfterAPauseForPreexisting() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        watch.passMillis(60_000).full(dump().with(CLIENT, CLOSE_WAIT).with(OURS, ESTABLISHED));

        LifecycleReport report = watch.report();
        assertTrue(report.afterPause());
        assertEquals(1, report.connections().preexisting());
        assertEquals(1, report.transitions().of(ESTABLISHED, CLOSE_WAIT, Evidence.OBSERVED));
        assertEquals(1, report.dumps().pauses());
        // How long it was in ESTABLISHED is not known to within an interval any more.
        assertEquals(0, report.stateDurations(ESTABLISHED).exact().count());
        assertEquals(1, report.stateDurations(ESTABLISHED).lowerBound().count());
        assertEquals(0.0, report.stateDurations(ESTABLISHED).lowerBound().sumSeconds());

        watch.full(dump().with(CLIENT, CLOSE_WAIT).with(OURS, ESTABLISHED));
        assertFalse(watch.report().afterPause());
    }

    @Test
    void takesATimerThatRanOutInAPauseForWhatItIs() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, TIME_WAIT)).passMillis(3_600_000).full(dump());

        assertEquals(1, watch.report().transitions().of(TIME_WAIT, CLOSED, Evidence.OBSERVED));
        Durations inTimeWait = watch.report().stateDurations(TIME_WAIT);
        assertEquals(60.0, inTimeWait.exact().sumSeconds());
    }

    /** A dump has the time of its start, but what ran out while it went on is not in it. */
    @Test
    void takesATimerThatRanOutWhileTheDumpWentOnForWhatItIs() {
        Watch watch = Watch.started();
        watch.full(dump().minisock(CLIENT, TIME_WAIT, 1_040).minisock(OURS, TIME_WAIT, 1_500))
                .full(dump());

        TransitionCounts transitions = watch.report().transitions();
        assertEquals(1, transitions.of(TIME_WAIT, CLOSED, Evidence.OBSERVED));
        assertEquals(1, transitions.of(TIME_WAIT, CLOSED, Evidence.VANISHED));
    }

    @Test
    void heedsAPauseThatTheClockDoesNotShow() {
        Watch watch = Watch.started();
        watch.full(dump());
        watch.tracker.update(
                dump().with(OURS, ESTABLISHED).complete(),
                Sample.full(watch.nanos() + Watch.SECOND, Watch.SECOND).afterPause());

        assertEquals(1, watch.report().connections().preexisting());
        assertTrue(watch.report().afterPause());
    }

    @Test
    void doesNotEndAPauseWithAPartialDump() {
        Watch watch = Watch.started();
        watch.passMillis(60_000).full(new Dump().with(OURS, ESTABLISHED).partial());
        watch.full(dump().with(OURS, ESTABLISHED).with(CLIENT, ESTABLISHED));
        assertTrue(watch.report().afterPause());
        assertEquals(2, watch.report().connections().preexisting());
        assertEquals(1, watch.report().dumps().pauses());

        Socket third = Socket.inbound(40_001, 13);
        watch.full(dump().with(OURS, ESTABLISHED).with(CLIENT, ESTABLISHED).with(third, ESTABLISHED));
        assertFalse(watch.report().afterPause());
        assertEquals(1, watch.report().connections().opened());
    }

    @Test
    void takesFailuresOfTheSourceForAPauseWhenTheyLastLong() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        for (int i = 0; i < 10; i++) {
            watch.full(new Dump().failed());
        }
        watch.full(dump().with(CLIENT, ESTABLISHED).with(OURS, ESTABLISHED));

        assertEquals(1, watch.report().dumps().pauses());
        assertEquals(1, watch.report().connections().preexisting());
        assertEquals(2, watch.live(ESTABLISHED));
    }
}
