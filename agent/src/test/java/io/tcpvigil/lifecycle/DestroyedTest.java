// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.lifecycle.Dump.Socket;
import org.junit.jupiter.api.Test;

/** What destroy messages add to dumps. */
class DestroyedTest {
    private static final int LOCAL = 0x0A00_0001;
    private static final Socket CLIENT = Socket.inbound(40_000, 11);
    private static final Socket OURS = Socket.outbound(33_000, 12);
    /** Sequence numbers that a peer acknowledges besides payload. */
    private static final int OUR_FIN = 1;

    private static final int OUR_SYN = 1;

    private static Dump dump() {
        return Watch.listening();
    }

    private static DestroyedSocket message(Socket socket) {
        DestroyedSocket message = new DestroyedSocket();
        message.ipv4(LOCAL, socket.localPort(), socket.remoteHost(), socket.remotePort(), socket.cookie());
        return message;
    }

    /** The message of a socket that sent 1000 bytes, all acknowledged, and on top of them so many flags. */
    private static DestroyedSocket message(Socket socket, int flagsAcknowledged, int lastAckMillis) {
        DestroyedSocket message = message(socket);
        message.putBytes(1000 + flagsAcknowledged, 1200, 200);
        message.putSegments(9, 0, 0);
        message.putLastAckReceivedMillis(lastAckMillis);
        return message;
    }

    /** The message of a socket that the kernel disconnected: no destination port, no counters. */
    private static DestroyedSocket disconnected(Socket socket) {
        DestroyedSocket message = new DestroyedSocket();
        message.ipv4(0, socket.localPort(), socket.remoteHost(), 0, socket.cookie());
        message.putBytes(0, 0, 0);
        message.putSegments(0, 0, 0);
        return message;
    }

    private static void assertEnded(Watch watch, Direction direction, EndedBy by) {
        ConnectionCounts counts = watch.report().connections();
        assertEquals(1, counts.closed(), counts.toString());
        assertEquals(1, counts.closed(direction, by), counts.toString());
        assertEquals(0, watch.tracker.size());
    }

    /** The same, with so many bytes received in so many segments of payload; a FIN counts as a byte and not as a segment. */
    private static DestroyedSocket received(DestroyedSocket message, long bytes, long dataSegments) {
        message.putReceived(bytes, dataSegments);
        return message;
    }

    @Test
    void tellsThatThePeerClosedFirstWhenBothFinsCameAndNoMinisockWasMade() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED)).destroyed(received(message(CLIENT, OUR_FIN, 1), 1, 0), 500);
        watch.fullWithoutNewMinisocks(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.PEER);
        assertEquals("""
                listen -> syn_received inferred 1
                syn_received -> established inferred 1
                established -> close_wait inferred 1
                close_wait -> last_ack inferred 1
                last_ack -> closed inferred 1
                """, watch.steps());
    }

    @Test
    void doesNotConcludeFromAMissingTimeWaitThatMayHaveBeenCutShort() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED))
                .destroyed(received(message(CLIENT, OUR_FIN, 1), 1, 0), 500)
                .full(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.UNKNOWN);
        assertEquals(1, watch.report().transitions().of(ESTABLISHED, CLOSED, Evidence.AMBIGUOUS));
        assertEquals(0, watch.report().seen().maybeReset());
    }

    @Test
    void doesNotTakePayloadForAFin() {
        for (long bytes : new long[] {1, 2}) {
            Watch watch = Watch.started();
            watch.full(dump().with(CLIENT, ESTABLISHED))
                    .destroyed(received(message(CLIENT, OUR_FIN, 1), bytes, 1), 500)
                    .fullWithoutNewMinisocks(dump());

            assertEnded(watch, Direction.INBOUND, EndedBy.UNKNOWN);
            assertEquals(1, watch.report().transitions().of(ESTABLISHED, CLOSED, Evidence.AMBIGUOUS));
        }
    }

    @Test
    void tellsThatWeClosedFirstWhenOurFinWasAckedAndNothingCame() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED)).destroyed(received(message(CLIENT, OUR_FIN, 1), 0, 0), 500);
        watch.fullWithoutNewMinisocks(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.LOCAL);
        assertEquals("""
                listen -> syn_received inferred 1
                syn_received -> established inferred 1
                established -> fin_wait_1 inferred 1
                fin_wait_1 -> fin_wait_2 inferred 1
                fin_wait_2 -> closed vanished 1
                """, watch.steps());
    }

    @Test
    void takesTheNextRowsWordOnWhoClosedFirstAgainstTheMessages() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED)).destroyed(received(message(CLIENT, OUR_FIN, 1), 1, 0), 500);
        watch.full(dump().minisock(CLIENT, TIME_WAIT, 59_900));
        watch.passMillis(59_900).full(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.LOCAL);
    }

    @Test
    void concludesFromCloseWaitThatOurAckedFinWasTheSecond() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, CLOSE_WAIT))
                .destroyed(message(CLIENT, OUR_FIN, 1), 500)
                .full(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.PEER);
        assertEquals(1, watch.report().transitions().of(CLOSE_WAIT, LAST_ACK, Evidence.INFERRED));
    }

    @Test
    void tellsAReset() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED).with(OURS, ESTABLISHED));
        watch.destroyed(message(CLIENT, 0, 1), 500)
                .destroyed(message(OURS, OUR_SYN, 1), 500)
                .full(dump());

        ConnectionCounts counts = watch.report().connections();
        assertEquals(1, counts.closed(Direction.INBOUND, EndedBy.RESET));
        assertEquals(1, counts.closed(Direction.OUTBOUND, EndedBy.RESET));
        assertEquals(2, watch.report().seen().maybeReset());
    }

    @Test
    void doesNotTellAResetFromATimeOut() {
        Watch watch = Watch.started();
        DestroyedSocket message = message(CLIENT, 0, 1);
        message.putSegments(9, 15, 0);
        watch.full(dump().with(CLIENT, ESTABLISHED)).destroyed(message, 500).full(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.UNKNOWN);
    }

    @Test
    void findsAnAbortedConnectionByItsCookieAlone() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, ESTABLISHED))
                .destroyed(disconnected(OURS), 500)
                .full(dump());

        assertEnded(watch, Direction.OUTBOUND, EndedBy.RESET);
        assertEquals(new DestroyCounts(0, 0, 0, 0), watch.report().destroys());
    }

    @Test
    void endsAnEstablishedConnectionInTheFastTier() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED))
                .destroyed(message(CLIENT, 0, 1), 500)
                .fast(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.RESET);
    }

    @Test
    void followsAConnectionThroughItsMessageIntoTimeWait() {
        for (long cookie : new long[] {OURS.cookie(), 99}) {
            Watch watch = Watch.started();
            watch.full(dump().with(OURS, ESTABLISHED)).destroyed(message(OURS, OUR_SYN + OUR_FIN, 1), 900);
            watch.fullWithoutNewMinisocks(dump().minisock(OURS.again(cookie), TIME_WAIT, 59_900));
            assertEquals(1, watch.live(TIME_WAIT));
            assertEquals(0, watch.report().connections().closed());
            watch.passMillis(59_900).fullWithoutNewMinisocks(dump());

            assertEnded(watch, Direction.OUTBOUND, EndedBy.LOCAL);
            assertEquals(1, watch.report().transitions().of(TIME_WAIT, CLOSED, Evidence.OBSERVED));
        }
    }

    @Test
    void countsAConnectionThatNoDumpShowed() {
        Watch watch = Watch.started();
        watch.destroyed(received(message(CLIENT, OUR_FIN, 5), 1, 0), 500).fullWithoutNewMinisocks(dump());

        assertEnded(watch, Direction.INBOUND, EndedBy.PEER);
        assertEquals(1, watch.report().connections().opened(Direction.INBOUND));
        assertEquals(1, watch.report().destroys().unseen());
        assertEquals(1, watch.report().transitions().of(LISTEN, SYN_RECEIVED, Evidence.INFERRED));
        assertEquals(new SeenTotals(1, 0, 0, 0, 0, 0, 0), watch.report().seen());
    }

    @Test
    void countsAConnectionOfWhichDumpsShowOnlyTheTimeWaitOnce() {
        Watch watch = Watch.started();
        watch.destroyed(message(OURS, OUR_SYN + OUR_FIN, 5), 500);
        watch.full(dump().minisock(OURS.again(99), TIME_WAIT, 59_500));

        assertEquals(1, watch.report().connections().opened());
        assertEquals(1, watch.report().connections().opened(Direction.OUTBOUND));
        assertEquals(1, watch.tracker.size());
        assertEquals(1, watch.report().transitions().of(ESTABLISHED, FIN_WAIT_1, Evidence.INFERRED));
        assertEquals(new SeenTotals(0, 1, 0, 0, 0, 0, 1), watch.report().seen());
    }

    @Test
    void ignoresTheMessageOfASocketWhoseTimeWaitIsTrackedAlready() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, TIME_WAIT));
        watch.destroyed(message(OURS.again(98), OUR_SYN + OUR_FIN, 5), 500).full(dump().with(OURS, TIME_WAIT));

        assertEquals(1, watch.report().connections().opened());
        assertEquals(1, watch.report().destroys().matched());
    }

    /** {@code tcp_tw_reuse} gives the 4-tuple of a TIME-WAIT to a new connection, which a RST ends between two dumps. */
    @Test
    void countsAConnectionThatTookTheTupleOfATimeWaitWhichIsTracked() {
        Watch watch = Watch.started();
        watch.destroyed(message(OURS.again(98), OUR_SYN + OUR_FIN, 5), 500);
        watch.full(dump().minisock(OURS.again(99), TIME_WAIT, 59_500));
        watch.full(dump().minisock(OURS.again(99), TIME_WAIT, 58_500));
        watch.destroyed(message(OURS.again(77), OUR_SYN, 5), 500).full(dump());

        ConnectionCounts counts = watch.report().connections();
        assertEquals(2, counts.opened(Direction.OUTBOUND));
        assertEquals(1, counts.closed(Direction.OUTBOUND, EndedBy.LOCAL));
        assertEquals(1, counts.closed(Direction.OUTBOUND, EndedBy.RESET));
        assertEquals(1, watch.report().transitions().of(TIME_WAIT, CLOSED, Evidence.OBSERVED));
        assertEquals(new SeenTotals(0, 2, 0, 0, 1, 0, 1), watch.report().seen());
        assertEquals(0, watch.tracker.size());
    }

    @Test
    void countsAConnectionThatLeftATimeWaitInThePlaceOfATimeWaitOnce() {
        Watch watch = Watch.started();
        watch.destroyed(message(OURS.again(98), OUR_SYN + OUR_FIN, 5), 500);
        watch.full(dump().minisock(OURS.again(99), TIME_WAIT, 59_500));
        // At once, as a SYN may: its TIME-WAIT draws a cookie of its own, as the one before did.
        watch.destroyed(message(OURS.again(77), OUR_SYN + OUR_FIN, 5), 500);
        watch.full(dump().minisock(OURS.again(78), TIME_WAIT, 59_500));

        assertEquals(2, watch.report().connections().opened(Direction.OUTBOUND));
        assertEquals(1, watch.report().connections().closed());
        assertEquals(1, watch.live(TIME_WAIT));
        assertEquals(new SeenTotals(0, 2, 0, 0, 0, 0, 2), watch.report().seen());
    }

    /** A dump of a million sockets and all that is made of it take seconds, in which messages wait. */
    @Test
    void knowsTheSocketOfATimeWaitHoweverLateItsMessageIsTakenIn() {
        Watch watch = Watch.started();
        watch.full(dump().minisock(OURS.again(99), TIME_WAIT, 60_000));
        watch.destroyed(message(OURS.again(98), OUR_SYN + OUR_FIN, 0), 3000);
        watch.passMillis(3100).full(dump().minisock(OURS.again(99), TIME_WAIT, 57_500));

        assertEquals(1, watch.report().connections().opened());
        assertEquals(1, watch.report().destroys().matched());
    }

    @Test
    void ignoresTheMessageOfASocketThatItCountedAsGoneLongAgo() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED)).full(dump()).full(dump());
        // Reset two seconds ago; its process closed the descriptor only now.
        watch.destroyed(message(CLIENT, 0, 2100), 500).full(dump());

        assertEquals(1, watch.report().connections().opened());
        assertEquals(1, watch.report().connections().closed());
        assertEquals(1, watch.report().destroys().late());
    }

    @Test
    void ignoresTheMessageOfASocketThatAFastDumpCountedAsGoneSinceTheLastFullOne() {
        Watch watch = Watch.started();
        // What has gone is remembered from the first message on.
        watch.destroyed(message(Socket.inbound(9, 9)), 1);
        watch.fast(dump().with(CLIENT, CLOSE_WAIT)).fast(dump());
        // It was born after the last full dump, so that its last ACK does not tell.
        watch.destroyed(message(CLIENT, 0, 1200), 500).full(dump());

        assertEquals(1, watch.report().connections().opened());
        assertEquals(2, watch.report().destroys().late());
    }

    @Test
    void ignoresAMessageThatNothingDates() {
        Watch watch = Watch.started();
        watch.destroyed(message(CLIENT), 500).full(dump());

        assertEquals(0, watch.report().connections().opened());
        assertEquals(1, watch.report().destroys().late());
    }

    @Test
    void ignoresSocketsThatWereNoConnections() {
        Watch watch = Watch.started();
        DestroyedSocket listener = new DestroyedSocket();
        listener.ipv4(LOCAL, 443, 0, 0, 5);
        DestroyedSocket unused = new DestroyedSocket();
        unused.ipv4(0, 0, 0xC0A8_0001, 0, 6);
        watch.destroyed(listener, 1).destroyed(unused, 1).full(dump());

        assertEquals(2, watch.report().destroys().ignored());
        assertEquals(0, watch.report().connections().opened());
    }

    @Test
    void leavesToTheNextDumpWhatWasDestroyedAfterThisOneBegan() {
        Watch watch = Watch.started();
        watch.full(dump());
        watch.destroyed(message(CLIENT, OUR_FIN, 5), 1500).destroyed(disconnected(OURS), 1500);
        // Begun half a second before the messages came, it may have passed the places where the sockets had been.
        watch.full(dump());
        assertEquals(1, watch.tracker.size());
        assertEquals(0, watch.report().connections().closed());
        watch.full(dump());
        assertEquals(2, watch.report().connections().closed());
    }

    @Test
    void countsDisconnectedSocketsThatNoDumpShowed() {
        Watch watch = Watch.started();
        watch.destroyed(disconnected(CLIENT), 500)
                .destroyed(disconnected(OURS), 500)
                .fast(dump());
        assertEquals(0, watch.report().connections().opened());
        watch.full(dump());

        ConnectionCounts counts = watch.report().connections();
        assertEquals(1, counts.closed(Direction.INBOUND, EndedBy.RESET));
        assertEquals(1, counts.closed(Direction.OUTBOUND, EndedBy.UNKNOWN));
        assertEquals(2, counts.opened());
    }

    private static DestroyedSocket refused(Socket socket) {
        DestroyedSocket message = message(socket);
        message.putBytes(0, 0, 0);
        message.putReceived(0, 0);
        message.putRttMicros(0);
        message.putSegments(1, 0, 0);
        return message;
    }

    @Test
    void tellsARefusedAttempt() {
        Watch watch = Watch.started();
        watch.destroyed(refused(OURS), 500).full(dump());

        assertEnded(watch, Direction.OUTBOUND, EndedBy.REFUSED);
        assertEquals("""
                syn_sent -> closed inferred 1
                closed -> syn_sent inferred 1
                """, watch.steps());
        assertEquals(new SeenTotals(0, 1, 1, 0, 0, 0, 0), watch.report().seen());
    }

    @Test
    void observesTheEndOfAnAttemptThatWasSeen() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, SYN_SENT)).destroyed(refused(OURS), 500).full(dump());

        assertEnded(watch, Direction.OUTBOUND, EndedBy.REFUSED);
        assertEquals(1, watch.report().transitions().of(SYN_SENT, CLOSED, Evidence.OBSERVED));
    }

    /** Reset without a byte of payload, its counters look like a refused attempt's, but for the time of the round trip. */
    @Test
    void doesNotTakeAConnectionToAListenerItNeverSawForAnAttempt() {
        DestroyedSocket cut = refused(Socket.inbound(40_000, 11).toPort(8080));
        cut.putRttMicros(30);
        cut.putLastAckReceivedMillis(5);

        Watch young = Watch.started();
        young.destroyed(cut, 500).full(dump().listener(false, 8080));
        assertEnded(young, Direction.INBOUND, EndedBy.RESET);

        // Its listener came and went between two dumps, which only the message of its own end tells.
        DestroyedSocket listener = new DestroyedSocket();
        listener.ipv4(LOCAL, 8080, 0, 0, 5);
        Watch gone = Watch.started();
        gone.destroyed(cut, 500).destroyed(listener, 600).full(dump());
        assertEnded(gone, Direction.UNKNOWN, EndedBy.RESET);
        assertEquals(0, gone.report().transitions().of(SYN_SENT, CLOSED));

        Watch none = Watch.started();
        none.destroyed(cut, 500).full(dump());
        assertEnded(none, Direction.OUTBOUND, EndedBy.RESET);
    }

    @Test
    void knowsTheListenerOfADisconnectedSocketByTheNextDump() {
        Watch watch = Watch.started();
        watch.destroyed(disconnected(Socket.inbound(40_000, 11).toPort(8080)), 500);
        watch.full(dump().listener(false, 8080));

        assertEnded(watch, Direction.INBOUND, EndedBy.RESET);
    }

    @Test
    void remembersAListenerUntilTheSecondFullDump() {
        Watch watch = Watch.started();
        watch.fast(dump().listener(false, 8080)).fast(dump()).fast(dump());
        watch.destroyed(disconnected(Socket.inbound(40_000, 11).toPort(8080)), 500)
                .full(dump());

        assertEnded(watch, Direction.UNKNOWN, EndedBy.UNKNOWN);
    }

    @Test
    void doesNotTellWhetherAnAttemptThatWasDisconnectedHadComeUp() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, SYN_SENT))
                .destroyed(disconnected(OURS), 10)
                .full(dump());

        assertEnded(watch, Direction.OUTBOUND, EndedBy.UNKNOWN);
        assertEquals(1, watch.report().transitions().of(SYN_SENT, CLOSED, Evidence.AMBIGUOUS));
        assertEquals(1, watch.report().seen().failedOrReset());
    }

    @Test
    void countsAConnectionOnceWhoseMessageIsTheFirstAndLate() {
        Watch watch = Watch.started();
        watch.tracker.expectDestroyed();
        // Missing from the dump in the course of which it ended; its message came only after.
        watch.full(dump().with(OURS, ESTABLISHED)).full(dump());
        watch.destroyed(message(OURS, OUR_SYN + OUR_FIN, 0), 1).full(dump());

        assertEquals(1, watch.report().connections().opened());
        assertEquals(1, watch.report().destroys().late());
    }

    @Test
    void doesNotTellAnAbandonedAttemptFromOneThatTimedOut() {
        Watch watch = Watch.started();
        DestroyedSocket abandoned = message(OURS);
        abandoned.putBytes(0, 0, 0);
        abandoned.putSegments(0, 3, 0);
        watch.full(dump().with(OURS, SYN_SENT)).destroyed(abandoned, 500).full(dump());

        assertEnded(watch, Direction.OUTBOUND, EndedBy.UNKNOWN);
    }

    @Test
    void knowsThatAnAttemptHadComeUp() {
        Watch watch = Watch.started();
        watch.full(dump().with(OURS, SYN_SENT).request(CLIENT, 1000));
        watch.destroyed(message(OURS, OUR_SYN + OUR_FIN, 1), 500).destroyed(message(CLIENT, OUR_FIN, 1), 500);
        watch.full(dump());

        TransitionCounts transitions = watch.report().transitions();
        assertEquals(1, transitions.of(SYN_SENT, ESTABLISHED, Evidence.INFERRED));
        assertEquals(1, transitions.of(SYN_RECEIVED, ESTABLISHED, Evidence.INFERRED));
        assertEquals(2, watch.report().connections().closed());
        assertEquals(0, watch.report().seen().maybeFailed());
    }

    @Test
    void changesNothingBeforeTheFirstDump() {
        Watch watch = new Watch();
        watch.destroyed(message(CLIENT, OUR_FIN, 5), 0).full(dump());

        assertEquals(0, watch.report().connections().opened());
        assertEquals(0, watch.tracker.size());
    }

    @Test
    void replacesAConnectionWhoseTupleADestroyedOneHadSince() {
        Watch watch = Watch.started();
        watch.full(dump().with(CLIENT, ESTABLISHED));
        watch.destroyed(message(CLIENT.again(77), OUR_FIN, 5), 500).fullWithoutNewMinisocks(dump());

        assertEquals(2, watch.report().connections().opened());
        assertEquals(2, watch.report().connections().closed());
    }
}
