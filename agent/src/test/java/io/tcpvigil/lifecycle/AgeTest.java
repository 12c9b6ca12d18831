// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lifecycle.Dump.Socket;
import io.tcpvigil.tcp.SocketTable;
import org.junit.jupiter.api.Test;

/** How long connections have been in their state and in the world, and how well that is known. */
class AgeTest {
    private static final Socket CLIENT = Socket.inbound(40_000, 11);
    private static final Socket OURS = Socket.outbound(33_000, 12);
    private static final int FIRST_ROW = 2;

    private static Dump dump() {
        return Watch.listening();
    }

    /** Of the first connection of the dump: time in state, age. */
    private static void assertAges(Watch watch, Dump dump, Age state, Age age) {
        SocketTable table = dump.complete();
        TrackedConnections connections = watch.tracker.connections();
        int handle = connections.find(table, FIRST_ROW);
        assertEquals(state, connections.stateAge(handle));
        assertEquals(age, connections.age(handle));
    }

    @Test
    void countsFromTheDumpThatShowedTheState() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, SYN_SENT)).full(dump().with(OURS, ESTABLISHED));
        Dump last = dump().with(OURS, ESTABLISHED);
        watch.passMillis(1500).full(last);

        assertAges(watch, last, new Age(1500, true), new Age(2500, true));
    }

    @Test
    void knowsOnlyALowerBoundForWhatWasThereBefore() {
        Watch watch = new Watch();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        Dump last = dump().with(CLIENT, ESTABLISHED);
        watch.passMillis(3000).full(last);
        assertAges(watch, last, new Age(3000, false), new Age(3000, false));

        // The age stays a lower bound when the state does not.
        Dump moved = dump().with(CLIENT, FIN_WAIT_1);
        watch.full(moved);
        assertAges(watch, moved, new Age(0, true), new Age(4000, false));
    }

    @Test
    void takesTheAgeOfATimeWaitFromItsTimer() {
        Watch watch = new Watch();
        Dump first = dump().minisock(OURS, TIME_WAIT, 20_000);
        watch.full(first);
        assertAges(watch, first, new Age(40_000, false), new Age(40_000, false));

        // A repeated FIN of the peer winds the timer up: it does not make the connection younger.
        Dump rewound = dump().minisock(OURS, TIME_WAIT, 60_000);
        watch.full(rewound);
        assertAges(watch, rewound, new Age(41_000, false), new Age(41_000, false));
    }

    @Test
    void takesTheSilenceAfterAFinForALowerBound() {
        Watch watch = new Watch();
        Dump first = dump().silent(CLIENT, CLOSE_WAIT, 7_200_000);
        watch.full(first);
        assertAges(watch, first, new Age(7_200_000, false), new Age(7_200_000, false));
        // A late ACK resets the kernel's clock, not ours.
        Dump second = dump().silent(CLIENT, CLOSE_WAIT, 10);
        watch.full(second);
        assertAges(watch, second, new Age(7_201_000, false), new Age(7_201_000, false));
        // And a bound that turns out higher is taken.
        Dump third = dump().silent(CLIENT, CLOSE_WAIT, 9_000_000);
        watch.full(third);
        assertAges(watch, third, new Age(9_000_000, false), new Age(9_000_000, false));
    }

    @Test
    void datesAnEntryWithinTheIntervalWhenTheRowTells() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, ESTABLISHED));
        Dump second = dump().minisock(OURS, TIME_WAIT, 59_600);
        watch.full(second);
        assertAges(watch, second, new Age(400, true), new Age(1000, true));
        assertEquals(0.6, watch.report().stateDurations(ESTABLISHED).exact().sumSeconds());
    }

    @Test
    void neverDatesAnEntryBeforeTheLastDumpThatStillShowedTheStateBefore() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        // It had been silent for long when the FIN came, which a lost FIN makes possible.
        Dump second = dump().silent(CLIENT, CLOSE_WAIT, 50_000);
        watch.full(second);
        assertAges(watch, second, new Age(1000, true), new Age(1000, true));
    }

    @Test
    void neverDatesANewConnectionBeforeTheLastDumpThatDidNotShowIt() {
        Watch watch = Watch.started();
        Dump dump = dump().silent(CLIENT, CLOSE_WAIT, 50_000);
        watch.full(dump);
        assertAges(watch, dump, new Age(1000, true), new Age(1000, true));
    }

    @Test
    void tellsTheOldestOfEachState() {
        Watch watch = Watch.started();
        watch.full(dump().silent(Socket.inbound(40_001, 13), CLOSE_WAIT, 10));
        watch.passMillis(3000)
                .full(dump().silent(Socket.inbound(40_001, 13), CLOSE_WAIT, 3000)
                        .silent(Socket.inbound(40_002, 14), CLOSE_WAIT, 5)
                        .with(CLIENT, ESTABLISHED));

        LifecycleReport report = watch.report();
        assertEquals(new Age(3010, true), report.oldest(CLOSE_WAIT));
        assertEquals(new Age(0, true), report.oldest(ESTABLISHED));
        assertNull(report.oldest(FIN_WAIT_2));
    }

    @Test
    void keepsTheOldestOfAStateThatADumpDoesNotShow() {
        Watch watch = new Watch();
        watch.full(dump().with(CLIENT, ESTABLISHED).with(OURS, FIN_WAIT_2));
        watch.full(dump().with(CLIENT, ESTABLISHED).with(OURS, FIN_WAIT_2)).fast(dump());

        LifecycleReport report = watch.report();
        assertEquals(new Age(1000, false), report.oldest(ESTABLISHED));
        assertNull(report.oldest(FIN_WAIT_2));
    }

    @Test
    void knowsOfNoOldestBeforeACompleteDumpHasShownTheState() {
        Watch watch = new Watch();
        watch.full(dump().with(OURS, FIN_WAIT_2).partial());
        assertFalse(watch.report().isOldestKnown(FIN_WAIT_2));
        assertNull(watch.report().oldest(FIN_WAIT_2));

        watch.fast(dump().with(OURS, FIN_WAIT_2));
        assertTrue(watch.report().isOldestKnown(FIN_WAIT_2));
        assertTrue(watch.report().isOldestKnown(CLOSE_WAIT), "there is none, which is known");
        assertFalse(watch.report().isOldestKnown(ESTABLISHED), "no fast dump shows it");

        watch.full(dump().with(OURS, FIN_WAIT_2)).full(dump().partial());
        assertTrue(watch.report().isOldestKnown(ESTABLISHED), "it was known, and still is of then");
    }

    @Test
    void takesNoAgeFromAPartialDump() {
        Watch watch = new Watch();
        watch.full(dump().with(OURS, FIN_WAIT_2)).full(dump().partial());

        assertEquals(new Age(0, false), watch.report().oldest(FIN_WAIT_2));
    }

    @Test
    void booksTheLifeOfAConnection() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, SYN_SENT)).full(dump().with(OURS, ESTABLISHED));
        watch.full(dump().with(OURS, TIME_WAIT)).passMillis(61_500).full(dump());

        LifecycleReport report = watch.report();
        Durations lives = report.connectionDurations(Direction.OUTBOUND, EndedBy.LOCAL);
        assertEquals(1, lives.exact().count());
        assertEquals(0, lives.lowerBound().count());
        // Two intervals, and the 60 s of TIME-WAIT; not until it was missed.
        assertEquals(62.0, lives.exact().sumSeconds());
        assertEquals(60.0, report.stateDurations(TIME_WAIT).exact().sumSeconds());
    }

    @Test
    void booksTheLifeOfAPreexistingConnectionAsALowerBound() {
        Watch watch = new Watch();
        watch.full(dump().with(CLIENT, ESTABLISHED)).full(dump());

        Durations lives = watch.report().connectionDurations(Direction.INBOUND, EndedBy.UNKNOWN);
        assertEquals(0, lives.exact().count());
        assertEquals(1, lives.lowerBound().count());
        assertEquals(1.0, lives.lowerBound().sumSeconds());
    }

    @Test
    void knowsTimesOfDecades() {
        Watch watch = new Watch();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        long days = 10_000L;
        for (int i = 0; i < 10; i++) {
            watch.passMillis(days * 8_640_000).full(dump().with(CLIENT, ESTABLISHED));
        }
        assertEquals(new Age(days * 86_400_000, false), watch.report().oldest(ESTABLISHED));
    }
}
