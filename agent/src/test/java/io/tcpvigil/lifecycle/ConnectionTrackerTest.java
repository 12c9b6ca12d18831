// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lifecycle.Dump.Socket;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import org.junit.jupiter.api.Test;

class ConnectionTrackerTest {
    private static final Socket CLIENT = Socket.inbound(40_000, 11);
    private static final Socket OURS = Socket.outbound(33_000, 12);

    private static Dump dump() {
        return Watch.listening();
    }

    @Test
    void countsEveryStepOfAnActiveCloseThatIsSeenStepByStep() {
        Watch watch = Watch.started();
        for (TcpState state : new TcpState[] {SYN_SENT, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT}) {
            watch.full(dump().with(OURS, state));
        }
        watch.passMillis(60_000).full(dump());

        assertEquals("""
                syn_sent -> established observed 1
                established -> fin_wait_1 observed 1
                fin_wait_1 -> fin_wait_2 observed 1
                fin_wait_2 -> time_wait observed 1
                time_wait -> closed observed 1
                closed -> syn_sent observed 1
                """, watch.steps());
        assertEquals(1, watch.report().connections().opened(Direction.OUTBOUND));
        assertEquals(1, watch.report().connections().closed(Direction.OUTBOUND, EndedBy.LOCAL));
        assertEquals(0, watch.tracker.size());
    }

    @Test
    void countsEveryStepOfAPassiveCloseThatIsSeenStepByStep() {
        Watch watch = Watch.started();
        watch.full(dump().request(CLIENT, 1000));
        for (TcpState state : new TcpState[] {ESTABLISHED, CLOSE_WAIT, LAST_ACK}) {
            watch.full(dump().with(CLIENT, state));
        }
        watch.full(dump());

        assertEquals("""
                listen -> syn_received observed 1
                syn_received -> established observed 1
                established -> close_wait observed 1
                close_wait -> last_ack observed 1
                last_ack -> closed observed 1
                """, watch.steps());
        assertEquals(1, watch.report().connections().closed(Direction.INBOUND, EndedBy.PEER));
    }

    @Test
    void infersWhatItDidNotSee() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED)).full(dump().with(CLIENT, LAST_ACK));

        assertEquals("""
                listen -> syn_received inferred 1
                syn_received -> established inferred 1
                established -> close_wait inferred 1
                close_wait -> last_ack inferred 1
                """, watch.steps());
    }

    @Test
    void countsNothingOfHowAPreexistingConnectionCameWhereItIs() {
        Watch watch = new Watch();
        watch.full(dump().with(CLIENT, ESTABLISHED).with(OURS, TIME_WAIT));

        assertEquals("", watch.steps());
        assertEquals(2, watch.report().connections().preexisting());
        assertEquals(0, watch.report().connections().opened());
    }

    @Test
    void takesNoListenerAndNoBoundSocketForAConnection() {
        Watch watch = Watch.started();
        watch.full(dump().bound(8080));

        assertEquals(0, watch.tracker.size());
        assertEquals(2, watch.report().listeners());
    }

    @Test
    void tellsDirectionsApart() {
        Watch watch = Watch.started();
        Socket crossed = Socket.outbound(33_001, 13);
        watch.full(dump().with(OURS, ESTABLISHED).with(CLIENT, ESTABLISHED).with(crossed, SYN_SENT));
        watch.full(dump().with(OURS, ESTABLISHED).with(CLIENT, ESTABLISHED).with(crossed, SYN_RECEIVED));
        var table = dump().with(OURS, ESTABLISHED)
                .with(CLIENT, ESTABLISHED)
                .with(crossed, SYN_RECEIVED)
                .complete();
        watch.full(table);

        TrackedConnections connections = watch.tracker.connections();
        assertEquals(TrackedConnections.NOT_TRACKED, connections.find(table, 0));
        assertEquals(Direction.OUTBOUND, connections.direction(connections.find(table, 2)));
        assertEquals(Direction.INBOUND, connections.direction(connections.find(table, 3)));
        assertEquals(Direction.BOTH, connections.direction(connections.find(table, 4)));
    }

    @Test
    void findsTheListenerWhereverInTheDumpItIs() {
        Watch watch = Watch.started();
        Socket web = new Socket(false, 8080, 1, 40_000, 14, 14);
        watch.full(dump().with(web, ESTABLISHED).listener(false, 8080));

        assertEquals(1, watch.report().connections().opened(Direction.INBOUND));
    }

    @Test
    void takesTheListenerOfTheOtherFamilyForNoneOfItsOwn() {
        Watch watch = Watch.started();
        Dump with = dump().listener(true, 9000);
        watch.full(with).full(with);
        watch.full(dump().listener(true, 9000).with(new Socket(false, 9000, 1, 5432, 15, 15), ESTABLISHED));

        assertEquals(1, watch.report().connections().opened(Direction.OUTBOUND));
    }

    @Test
    void doesNotGuessTheDirectionOfAConnectionOnAPortThatMayHaveBeenListenedOn() {
        Watch watch = new Watch();
        watch.full(dump().listener(false, 9000)).full(dump().listener(false, 9000));
        watch.full(dump());
        // The listener was there a dump ago.
        watch.full(dump().with(new Socket(false, 9000, 1, 40_000, 16, 16), ESTABLISHED));
        assertEquals(0, watch.report().connections().opened(Direction.INBOUND));

        Watch early = new Watch();
        early.full(new Dump());
        Dump first = new Dump().with(OURS, ESTABLISHED);
        early.tracker.update(first.partial(), Sample.full(early.nanos() + 1, Watch.SECOND));
        assertEquals(1, early.report().connections().opened(Direction.UNKNOWN));
        assertEquals("closed -> established ambiguous 1\n", early.steps());
    }

    @Test
    void reportsAJumpThatNoLegalWayExplainsAndMakesNothingOfIt() {
        Watch watch = new Watch();
        watch.full(dump().with(CLIENT, CLOSE_WAIT)).full(dump().with(CLIENT, FIN_WAIT_1));

        LifecycleReport report = watch.report();
        assertEquals("", watch.steps());
        assertEquals(1, report.anomalyCount());
        Anomaly anomaly = report.anomalies().get(0);
        assertEquals(CLOSE_WAIT, anomaly.from());
        assertEquals(FIN_WAIT_1, anomaly.to());
        assertEquals("10.0.0.1:443", anomaly.local().toString());
        assertEquals("192.168.0.1:40000", anomaly.remote().toString());
        assertEquals(11, anomaly.cookie());
        assertEquals(1, report.live(FIN_WAIT_1));
        assertEquals(0, report.live(CLOSE_WAIT));
    }

    @Test
    void keepsOnlyTheLastFewAnomalies() {
        Watch watch = new Watch();
        for (TcpState state : new TcpState[] {TIME_WAIT, ESTABLISHED, SYN_SENT}) {
            Dump dump = dump();
            for (int i = 0; i < 100; i++) {
                Socket socket = Socket.outbound(33_000 + i, 100 + i);
                if (state == TIME_WAIT) {
                    dump.minisock(socket, state, 9000);
                } else {
                    dump.with(socket, state);
                }
            }
            watch.full(dump);
        }

        assertEquals(200, watch.report().anomalyCount());
        assertEquals(LifecycleTally.ANOMALIES_KEPT, watch.report().anomalies().size());
        assertTrue(watch.report().anomalies().stream().allMatch(each -> each.to() == SYN_SENT));
    }

    @Test
    void givesEveryStateANumber() {
        LifecycleReport report = new Watch().full(dump()).report();
        for (TcpState state : TcpState.values()) {
            assertEquals(0, report.live(state));
            boolean ofConnection = state != TcpState.LISTEN && state != TcpState.CLOSED;
            assertEquals(ofConnection, report.live().containsKey(state), state.label());
            assertEquals(ofConnection, report.stateDurations().containsKey(state), state.label());
        }
        assertEquals(Direction.values().length, report.connectionDurations().size());
    }

    @Test
    void tellsWhoClosedFirst() {
        Watch watch = new Watch();
        TcpState[] states = {ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSING, CLOSE_WAIT, LAST_ACK, TIME_WAIT};
        EndedBy[] first = {
            EndedBy.UNKNOWN, EndedBy.LOCAL, EndedBy.LOCAL, EndedBy.BOTH, EndedBy.PEER, EndedBy.PEER, EndedBy.LOCAL
        };
        Dump dump = new Dump();
        for (int i = 0; i < states.length; i++) {
            dump.with(Socket.inbound(40_000 + i, 100 + i), states[i]);
        }
        watch.full(dump);

        TrackedConnections connections = watch.tracker.connections();
        for (int i = 0; i < states.length; i++) {
            int handle = connections.find(dump.complete(), i);
            assertEquals(first[i], connections.firstFin(handle), states[i].label());
        }
    }

    @Test
    void keepsBothAsThoseWhoClosedFirstOnceClosingWasSeen() {
        Watch watch = Watch.started();
        for (TcpState state : new TcpState[] {ESTABLISHED, FIN_WAIT_1, CLOSING, TIME_WAIT}) {
            watch.full(dump().with(OURS, state));
        }
        watch.passMillis(60_000).full(dump());

        assertEquals(1, watch.report().connections().closed(EndedBy.BOTH));
    }

    @Test
    void tracksIpv6AndIpv4WithTheSameNumbersApart() {
        Watch watch = Watch.started();
        Socket twin = new Socket(true, 443, CLIENT.remoteHost(), CLIENT.remotePort(), 99, 99);
        watch.full(dump().with(CLIENT, ESTABLISHED).with(twin, ESTABLISHED));
        watch.full(dump().with(CLIENT, ESTABLISHED).with(twin, CLOSE_WAIT));

        assertEquals(2, watch.tracker.size());
        assertEquals(1, watch.live(ESTABLISHED));
        assertEquals(1, watch.live(CLOSE_WAIT));
    }

    @Test
    void countsWhatTheKernelCountsTheWayItDoes() {
        Watch watch = Watch.started();
        // A request alone is no PassiveOpen; one that came up is. SYN-SENT is an ActiveOpen at once.
        watch.full(dump().request(CLIENT, 900)
                .request(Socket.inbound(40_001, 21), 900)
                .with(OURS, SYN_SENT));
        assertEquals(new SeenTotals(0, 1, 0, 0, 0, 0, 0), watch.report().seen());
        // An orphan in FIN-WAIT-2 is a TW, and stays one when it goes to TIME-WAIT; a request that dies early has
        // failed.
        watch.full(dump().with(CLIENT, ESTABLISHED).minisock(OURS, FIN_WAIT_2, 60_000));
        assertEquals(new SeenTotals(1, 1, 0, 1, 0, 0, 1), watch.report().seen());
        watch.full(dump().with(CLIENT, ESTABLISHED).with(OURS, TIME_WAIT));
        assertEquals(new SeenTotals(1, 1, 0, 1, 0, 0, 1), watch.report().seen());
    }

    @Test
    void countsARequestThatCanHaveTimedOutAsNoFailure() {
        Watch watch = Watch.started();
        watch.full(dump().request(CLIENT, 1000)).full(dump().request(CLIENT, 2000));
        watch.full(dump().request(CLIENT, 1000)).full(dump());

        assertEquals(0, watch.report().seen().maybeFailed());
        assertEquals(1, watch.report().connections().closed(Direction.INBOUND, EndedBy.UNKNOWN));
    }

    @Test
    void looksUpConnectionsInAnyOrder() {
        Watch watch = new Watch();
        Dump dump = new Dump();
        for (int i = 0; i < 500; i++) {
            Socket socket = Socket.inbound(10_000 + i, 1 + i);
            dump.silent(i % 2 == 0 ? socket : socket.onIpv6(), CLOSE_WAIT, 10 * i);
        }
        watch.full(dump);

        TrackedConnections connections = watch.tracker.connections();
        for (int row = 499; row >= 0; row -= 7) {
            int handle = connections.find(dump.complete(), row);
            assertEquals(10L * row, connections.stateMillis(handle));
        }
        var other = new Dump().with(Socket.inbound(9, 9), ESTABLISHED).complete();
        assertEquals(SocketKind.FULL, other.kind(0));
        assertEquals(TrackedConnections.NOT_TRACKED, connections.find(other, 0));
    }
}
