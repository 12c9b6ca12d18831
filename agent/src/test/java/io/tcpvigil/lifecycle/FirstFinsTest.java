// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lifecycle.Dump.Socket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who closed first, of connections with payload whose last counters look the same either way. */
class FirstFinsTest {
    private static final int LOCAL = 0x0A00_0001;

    private final Watch watch = Watch.started();
    private long leftFinWait2 = 1000;
    private int sockets;

    @BeforeEach
    void begin() {
        assertTrue(watch.tracker.asksForProbedBefore());
        look(Watch.listening());
        assertFalse(watch.tracker.asksForProbedBefore());
    }

    private ProbedTransitions probed() {
        return probed(leftFinWait2);
    }

    private static ProbedTransitions probed(long leftFinWait2) {
        return new ProbedTransitions((from, to) -> from == FIN_WAIT_2 && to == CLOSED ? leftFinWait2 : 0, 0);
    }

    private void look(Dump dump) {
        watch.full(dump, probed(), probed());
    }

    private Socket client() {
        sockets++;
        return Socket.inbound(40_000 + sockets, 100 + sockets);
    }

    /** A connection is over that no dump showed, by FINs of both sides and with payload of both. */
    private void endUnseen(Socket socket) {
        DestroyedSocket message = new DestroyedSocket();
        message.ipv4(LOCAL, socket.localPort(), socket.remoteHost(), socket.remotePort(), socket.cookie());
        message.putBytes(1001, 1000, 0);
        message.putSegments(9, 0, 0);
        message.putLastAckReceivedMillis(5);
        message.putReceived(501, 3);
        watch.destroyed(message, 500);
    }

    private void endUnseen(int count) {
        for (int i = 0; i < count; i++) {
            endUnseen(client());
        }
    }

    private void assertClosed(int byPeer, int unknown) {
        ConnectionCounts counts = watch.report().connections();
        assertEquals(byPeer, counts.closed(EndedBy.PEER), counts.toString());
        assertEquals(unknown, counts.closed(EndedBy.UNKNOWN), counts.toString());
    }

    @Test
    void laysToThePeerWhatEndedWhileNobodyLeftFinWait2() {
        endUnseen(1);
        look(Watch.listening());
        assertClosed(1, 0);
        assertEquals("""
                listen -> syn_received inferred 1
                syn_received -> established inferred 1
                established -> close_wait inferred 1
                close_wait -> last_ack inferred 1
                last_ack -> closed inferred 1
                """, watch.steps());
    }

    @Test
    void laysToThePeerWhatEndedBesideTimeWaitsThatWereSeen() {
        Socket ours = client();
        leftFinWait2++;
        endUnseen(2);
        endUnseen(ours);
        look(Watch.listening().minisock(ours, TIME_WAIT, 59_500));
        assertClosed(2, 0);
    }

    /** Its TIME-WAIT may have been ended by a SYN, or it was reset in FIN-WAIT-2. */
    @Test
    void leavesAsManyUnknownAsMayHaveBeenClosedByUs() {
        leftFinWait2 += 2;
        endUnseen(5);
        look(Watch.listening());
        assertClosed(3, 2);
    }

    @Test
    void doubtsOnceWhatHappensWhileADumpIsTaken() {
        for (int i = 1; i <= 5; i++) {
            // The probe is asked after the dump, which was just before where the next shows the TIME-WAIT.
            Socket late = client();
            leftFinWait2++;
            endUnseen(10);
            look(Watch.listening());
            assertClosed(10 * i - 1, 1);
            look(Watch.listening().minisock(late, TIME_WAIT, 59_500));
            look(Watch.listening());
        }
    }

    @Test
    void doubtsNothingForAConnectionThatIsKnownToHaveBeenResetInFinWait2() {
        look(Watch.listening().with(client(), FIN_WAIT_2));
        leftFinWait2++;
        look(Watch.listening());
        endUnseen(3);
        look(Watch.listening());
        assertClosed(3, 0);
    }

    @Test
    void doubtsWhoMayHaveLeftFromClosing() {
        endUnseen(2);
        ProbedTransitions more = new ProbedTransitions(
                (from, to) -> to != CLOSED ? 0 : from == FIN_WAIT_2 ? leftFinWait2 : from == CLOSING ? 1 : 0, 0);
        watch.full(Watch.listening(), probed(), more);
        assertClosed(1, 1);
    }

    @Test
    void knowsNothingWithoutAProbeNorFromItsFirstReading() {
        endUnseen(1);
        watch.full(Watch.listening(), probed(), null);
        assertClosed(0, 1);
        assertTrue(watch.tracker.asksForProbedBefore(), "to begin anew");
        endUnseen(1);
        look(Watch.listening());
        assertClosed(0, 2);
        endUnseen(1);
        look(Watch.listening());
        assertClosed(1, 2);
    }

    @Test
    void beginsAnewAfterAPause() {
        look(Watch.listening().with(client(), ESTABLISHED));
        leftFinWait2 += 50;
        watch.passMillis(60_000);
        look(Watch.listening());
        assertTrue(watch.tracker.asksForProbedBefore());
        look(Watch.listening());
        endUnseen(3);
        look(Watch.listening());
        assertEquals(3, watch.report().connections().closed(EndedBy.PEER));
    }
}
