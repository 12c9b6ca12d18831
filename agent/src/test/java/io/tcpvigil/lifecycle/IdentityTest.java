// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.lifecycle.Dump.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rows are of one connection, for both families. */
class IdentityTest {
    private static final Socket CLIENT = Socket.inbound(40_000, 11);

    private static Dump dump() {
        return Watch.listening();
    }

    private static Socket client(boolean ipv6) {
        return ipv6 ? CLIENT.onIpv6() : CLIENT;
    }

    private static void assertOneConnection(Watch watch) {
        ConnectionCounts counts = watch.report().connections();
        assertEquals(1, counts.opened() + counts.preexisting(), counts.toString());
        assertEquals(0, counts.closed(), counts.toString());
        assertEquals(1, watch.tracker.size());
        assertEquals(0, watch.report().anomalyCount());
    }

    private static void assertReplaced(Watch watch) {
        ConnectionCounts counts = watch.report().connections();
        assertEquals(2, counts.opened() + counts.preexisting(), counts.toString());
        assertEquals(1, counts.closed(), counts.toString());
        assertEquals(1, watch.tracker.size());
        assertEquals(0, watch.report().anomalyCount());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void joinsATimeWaitThatShowsAnotherCookie(boolean ipv6) {
        Watch watch = Watch.started();
        Socket socket = client(ipv6);
        watch.full(dump().with(socket, ESTABLISHED));
        watch.full(dump().with(socket.again(77), TIME_WAIT)).full(dump().with(socket.again(77), TIME_WAIT));

        assertOneConnection(watch);
        assertEquals(1, watch.report().transitions().of(ESTABLISHED, FIN_WAIT_1, Evidence.INFERRED));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void joinsAnOrphanInFinWait2ThatShowsAnotherCookie(boolean ipv6) {
        Watch watch = Watch.started();
        Socket socket = client(ipv6);
        watch.full(dump().with(socket, FIN_WAIT_2));
        watch.full(dump().minisock(socket.again(77), FIN_WAIT_2, 60_000));
        watch.full(dump().with(socket.again(77), TIME_WAIT));

        assertOneConnection(watch);
    }

    @Test
    void takesATimeWaitWithAnotherCookieThanTheTimeWaitBeforeForAnotherConnection() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, TIME_WAIT)).full(dump().with(CLIENT.again(77), TIME_WAIT));

        assertReplaced(watch);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesAFullSocketWithAnotherCookieForAnotherConnection(boolean ipv6) {
        Watch watch = Watch.started();
        Socket socket = client(ipv6);
        watch.full(dump().with(socket, ESTABLISHED)).full(dump().with(socket.again(77), ESTABLISHED));

        assertReplaced(watch);
        assertEquals(1, watch.report().transitions().of(ESTABLISHED, CLOSED, Evidence.VANISHED));
    }

    @Test
    void takesTheSynThatReopensATimeWaitForANewConnectionAndTheOldOneAsEnded() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, TIME_WAIT)).full(dump().request(CLIENT.again(77), 1000));

        assertReplaced(watch);
        TransitionCounts transitions = watch.report().transitions();
        assertEquals(1, transitions.of(TIME_WAIT, CLOSED, Evidence.OBSERVED));
        assertEquals(1, transitions.of(LISTEN, SYN_RECEIVED, Evidence.OBSERVED));
        assertEquals(0, transitions.of(TIME_WAIT, SYN_RECEIVED));
    }

    @Test
    void takesAPortReusedFromTimeWaitForANewConnection() {
        Watch watch = Watch.started();
        Socket ours = Socket.outbound(33_000, 12);
        watch.full(dump().with(ours, TIME_WAIT)).full(dump().with(ours.again(77), SYN_SENT));

        assertReplaced(watch);
        assertEquals(1, watch.live(SYN_SENT));
    }

    @Test
    void bearsBothSocketsOfA4TupleInOneDumpInEitherOrder() {
        for (boolean oldFirst : new boolean[] {true, false}) {
            Watch watch = Watch.started();
            watch.full(dump().with(CLIENT, TIME_WAIT));
            Dump both = dump();
            if (oldFirst) {
                both.minisock(CLIENT, TIME_WAIT, 30_000).request(CLIENT.again(77), 1000);
            } else {
                both.request(CLIENT.again(77), 1000).minisock(CLIENT, TIME_WAIT, 30_000);
            }
            watch.full(both);
            assertEquals(2, watch.tracker.size());
            assertEquals(1, watch.live(TIME_WAIT));
            assertEquals(1, watch.live(SYN_RECEIVED));
            watch.full(dump().with(CLIENT.again(77), ESTABLISHED));
            assertReplaced(watch);
            assertEquals(1, watch.live(ESTABLISHED));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void followsAConnectionWithoutCookies(boolean ipv6) {
        Watch watch = Watch.started();
        Socket socket = client(ipv6).withoutCookie();
        watch.full(dump().request(socket, 1000))
                .full(dump().with(socket.withInode(0), ESTABLISHED))
                .full(dump().with(socket.withInode(5), ESTABLISHED))
                .full(dump().with(socket.withInode(0), FIN_WAIT_1))
                .full(dump().minisock(socket, FIN_WAIT_2, 60_000))
                .full(dump().with(socket, TIME_WAIT));

        assertOneConnection(watch);
        assertEquals(5, watch.report().transitions().of(Evidence.OBSERVED));
    }

    @Test
    void tellsConnectionsWithoutCookiesApartByInode() {
        Socket socket = CLIENT.withoutCookie();
        Watch watch = Watch.started();
        watch.full(dump().with(socket.withInode(5), ESTABLISHED)).full(dump().with(socket.withInode(6), ESTABLISHED));
        assertReplaced(watch);

        Watch other = Watch.started();
        // An accepted socket does not lose its file in ESTABLISHED: this one waits in the accept queue.
        other.full(dump().with(socket.withInode(5), ESTABLISHED)).full(dump().with(socket.withInode(0), ESTABLISHED));
        assertReplaced(other);
    }

    @Test
    void tellsConnectionsWithoutCookiesApartByAStateThatNoWayLeadsTo() {
        Socket socket = CLIENT.withoutCookie().withInode(0);
        Watch watch = Watch.started();
        watch.full(dump().with(socket, LAST_ACK)).full(dump().with(socket, ESTABLISHED));
        assertReplaced(watch);

        Watch request = Watch.started();
        request.full(dump().with(Socket.outbound(33_000, 0), SYN_SENT));
        request.full(dump().request(Socket.outbound(33_000, 0), 1000));
        assertReplaced(request);
    }

    @Test
    void reportsAnIllegalJumpOfOneInode() {
        Socket socket = CLIENT.withoutCookie().withInode(5);
        Watch watch = new Watch();
        watch.full(dump().with(socket, CLOSE_WAIT)).full(dump().with(socket, FIN_WAIT_1));

        assertEquals(1, watch.tracker.size());
        assertEquals(1, watch.report().anomalyCount());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsConnectionsWhenTheSourceLosesItsCookiesAndFindsThemAgain(boolean ipv6) {
        Socket socket = client(ipv6);
        Watch watch = Watch.started();
        watch.full(dump().with(socket, ESTABLISHED))
                .full(dump().with(socket.withoutCookie(), ESTABLISHED))
                .full(dump().with(socket, ESTABLISHED))
                .full(dump().with(socket.withoutCookie(), CLOSE_WAIT))
                .full(dump().with(socket, CLOSE_WAIT));

        assertOneConnection(watch);
        assertEquals(
                3,
                watch.report().transitions().of(Evidence.OBSERVED)
                        + watch.report().transitions().of(Evidence.INFERRED));
    }

    @Test
    void takesTheFirstCookieThatComesAndHoldsItAgainstLaterOnes() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT.withoutCookie(), ESTABLISHED)).full(dump().with(CLIENT, ESTABLISHED));
        assertOneConnection(watch);
        watch.full(dump().with(CLIENT.again(77).withInode(CLIENT.inode()), ESTABLISHED));
        assertReplaced(watch);
    }

    @Test
    void noticesAReplacementThatHappenedWhileThereWereNoCookies() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT.withInode(0), ESTABLISHED))
                .full(dump().with(CLIENT.withoutCookie().withInode(0), ESTABLISHED))
                .full(dump().with(CLIENT.again(77), ESTABLISHED));

        assertReplaced(watch);
    }
}
