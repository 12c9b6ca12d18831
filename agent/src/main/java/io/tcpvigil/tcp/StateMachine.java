// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.tcp.Transition.Event;
import io.tcpvigil.tcp.Transition.Origin;
import java.util.List;

/**
 * The state machine of RFC 9293 section 3.3.2 (figure 5 with its notes) and section 3.10, and beside it what Linux does
 * differently ({@code net/ipv4/tcp_input.c}, {@code tcp.c}, {@code tcp_minisocks.c}), as data.
 *
 * <p>CLOSED stands at both ends of a life: a connection starts from it, or from LISTEN, and ends in it. A path of one
 * connection therefore never passes <em>through</em> CLOSED, LISTEN or out of TIME-WAIT into SYN-RECEIVED: what comes
 * after is another connection.
 */
public final class StateMachine {
    private static final TcpState[] STATES = TcpState.values();

    private static final List<Transition> TRANSITIONS = List.of(
            // Opening.
            rfc(CLOSED, LISTEN, Event.PASSIVE_OPEN, "", "", "3.10.1"),
            rfc(CLOSED, SYN_SENT, Event.ACTIVE_OPEN, "a local port is free", "send SYN", "3.10.1"),
            rfc(LISTEN, CLOSED, Event.CLOSE_LISTENER, "", "", "3.10.4"),
            rfc(LISTEN, SYN_RECEIVED, Event.SYN, "", "send SYN,ACK", "3.10.7.2"),
            rfcOnly(LISTEN, SYN_SENT, Event.SEND, "send SYN", "3.10.2"),
            rfcOnly(LISTEN, SYN_SENT, Event.ACTIVE_OPEN, "send SYN", "3.10.1"),
            rfc(SYN_SENT, ESTABLISHED, Event.SYN_ACK, "", "send ACK", "3.10.7.3"),
            rfc(SYN_SENT, SYN_RECEIVED, Event.SYN, "no ACK in it: simultaneous open", "send SYN,ACK", "3.10.7.3"),
            rfc(SYN_SENT, CLOSED, Event.RST, "it acknowledges our SYN: refused", "", "3.10.7.3"),
            rfc(SYN_SENT, CLOSED, Event.CLOSE, "", "", "3.10.4"),
            rfc(SYN_SENT, CLOSED, Event.USER_TIMEOUT, "", "", "3.10.8"),
            rfc(SYN_RECEIVED, ESTABLISHED, Event.ACK_OF_SYN, "", "", "3.10.7.4"),
            rfc(SYN_RECEIVED, FIN_WAIT_1, Event.CLOSE, "", "send FIN", "3.10.4"),
            rfc(
                    SYN_RECEIVED,
                    CLOSE_WAIT,
                    Event.FIN,
                    "its ACK of our SYN is in the same segment",
                    "send ACK",
                    "3.10.7.4"),
            rfc(SYN_RECEIVED, LISTEN, Event.RST, "opened passively", "", "3.10.7.4"),
            rfc(SYN_RECEIVED, LISTEN, Event.SYN, "in the window; opened passively", "", "3.10.7.4"),
            rfc(SYN_RECEIVED, CLOSED, Event.RST, "opened actively", "", "3.10.7.4"),
            rfc(SYN_RECEIVED, CLOSED, Event.USER_TIMEOUT, "", "", "3.10.8"),
            // Closing, we first.
            rfc(ESTABLISHED, FIN_WAIT_1, Event.CLOSE, "", "send FIN", "3.10.4"),
            rfc(FIN_WAIT_1, FIN_WAIT_2, Event.ACK_OF_FIN, "", "", "3.10.7.4"),
            rfc(FIN_WAIT_1, CLOSING, Event.FIN, "our FIN is not acknowledged", "send ACK", "3.10.7.4"),
            rfc(FIN_WAIT_1, TIME_WAIT, Event.FIN_AND_ACK_OF_FIN, "", "send ACK", "3.10.7.4"),
            rfc(FIN_WAIT_2, TIME_WAIT, Event.FIN, "", "send ACK", "3.10.7.4"),
            rfc(CLOSING, TIME_WAIT, Event.ACK_OF_FIN, "", "", "3.10.7.4"),
            rfc(TIME_WAIT, CLOSED, Event.TIME_WAIT_TIMEOUT, "", "", "3.10.8"),
            rfc(TIME_WAIT, SYN_RECEIVED, Event.SYN, "newer than all of the old connection", "send SYN,ACK", "3.6.1"),
            // Closing, the peer first.
            rfc(ESTABLISHED, CLOSE_WAIT, Event.FIN, "", "send ACK", "3.10.7.4"),
            rfc(CLOSE_WAIT, LAST_ACK, Event.CLOSE, "", "send FIN", "3.10.4"),
            rfc(LAST_ACK, CLOSED, Event.ACK_OF_FIN, "", "", "3.10.7.4"),
            // Breaking off.
            rfc(ESTABLISHED, CLOSED, Event.RST, "", "", "3.10.7.4"),
            rfc(FIN_WAIT_1, CLOSED, Event.RST, "", "", "3.10.7.4"),
            rfc(FIN_WAIT_2, CLOSED, Event.RST, "", "", "3.10.7.4"),
            rfc(CLOSE_WAIT, CLOSED, Event.RST, "", "", "3.10.7.4"),
            rfc(CLOSING, CLOSED, Event.RST, "", "", "3.10.7.4"),
            rfc(LAST_ACK, CLOSED, Event.RST, "", "", "3.10.7.4"),
            rfc(TIME_WAIT, CLOSED, Event.RST, "assassination, see RFC 1337", "", "3.10.7.4"),
            rfc(SYN_RECEIVED, CLOSED, Event.ABORT, "", "send RST", "3.10.5"),
            rfc(ESTABLISHED, CLOSED, Event.ABORT, "", "send RST", "3.10.5"),
            rfc(FIN_WAIT_1, CLOSED, Event.ABORT, "", "send RST", "3.10.5"),
            rfc(FIN_WAIT_2, CLOSED, Event.ABORT, "", "send RST", "3.10.5"),
            rfc(CLOSE_WAIT, CLOSED, Event.ABORT, "", "send RST", "3.10.5"),
            rfcOnly(LISTEN, CLOSED, Event.ABORT, "", "3.10.5"),
            rfcOnly(SYN_SENT, CLOSED, Event.ABORT, "", "3.10.5"),
            rfc(CLOSING, CLOSED, Event.ABORT, "", "", "3.10.5"),
            rfc(LAST_ACK, CLOSED, Event.ABORT, "", "", "3.10.5"),
            rfc(TIME_WAIT, CLOSED, Event.ABORT, "", "", "3.10.5"),
            rfc(FIN_WAIT_1, CLOSED, Event.ABORT, "data came after close(): nobody can read it", "send RST", "3.6.1"),
            rfc(FIN_WAIT_2, CLOSED, Event.ABORT, "data came after close(): nobody can read it", "send RST", "3.6.1"),
            // Who resets should rest in TIME-WAIT (figure 5, note 3); Linux goes to CLOSED.
            rfcOnly(SYN_RECEIVED, TIME_WAIT, Event.ABORT, "send RST", "3.5.2"),
            rfcOnly(ESTABLISHED, TIME_WAIT, Event.ABORT, "send RST", "3.5.2"),
            rfcOnly(FIN_WAIT_1, TIME_WAIT, Event.ABORT, "send RST", "3.5.2"),
            rfcOnly(FIN_WAIT_2, TIME_WAIT, Event.ABORT, "send RST", "3.5.2"),
            rfcOnly(CLOSE_WAIT, TIME_WAIT, Event.ABORT, "send RST", "3.5.2"),
            rfc(ESTABLISHED, CLOSED, Event.USER_TIMEOUT, "", "", "3.10.8"),
            rfc(FIN_WAIT_1, CLOSED, Event.USER_TIMEOUT, "", "", "3.10.8"),
            rfc(FIN_WAIT_2, CLOSED, Event.USER_TIMEOUT, "keepalive only: no data awaits an answer", "", "3.10.8"),
            rfc(CLOSE_WAIT, CLOSED, Event.USER_TIMEOUT, "", "", "3.10.8"),
            rfc(CLOSING, CLOSED, Event.USER_TIMEOUT, "", "", "3.10.8"),
            rfc(LAST_ACK, CLOSED, Event.USER_TIMEOUT, "", "", "3.10.8"),
            // What only Linux does. The section names the kernel's reason.
            linux(FIN_WAIT_2, CLOSED, "orphan: tcp_fin_timeout is over"),
            linux(FIN_WAIT_1, CLOSED, "orphan: tcp_orphan_retries used up, or tcp_max_orphans reached"),
            linux(CLOSING, CLOSED, "orphan: tcp_orphan_retries used up, or tcp_max_orphans reached"),
            linux(LAST_ACK, CLOSED, "orphan: tcp_orphan_retries used up, or tcp_max_orphans reached"),
            linux(FIN_WAIT_1, CLOSED, "orphan with TCP_LINGER2 below 0: FIN-WAIT-2 skipped"),
            linux(FIN_WAIT_2, CLOSED, "TIME-WAIT skipped: tcp_max_tw_buckets reached"),
            linux(CLOSING, CLOSED, "TIME-WAIT skipped: tcp_max_tw_buckets reached"),
            linux(TIME_WAIT, CLOSED, "port taken over by a local connect: tcp_tw_reuse"));

    private static final boolean[][] LEGAL = new boolean[STATES.length][STATES.length];

    static {
        for (Transition transition : TRANSITIONS) {
            if (transition.origin() != Origin.RFC_ONLY) {
                LEGAL[transition.from().ordinal()][transition.to().ordinal()] = true;
            }
        }
    }

    private StateMachine() {}

    private static Transition rfc(
            TcpState from, TcpState to, Event event, String guard, String action, String section) {
        return new Transition(from, to, event, guard, action, section, Origin.RFC);
    }

    private static Transition rfcOnly(TcpState from, TcpState to, Event event, String action, String section) {
        return new Transition(from, to, event, "", action, section, Origin.RFC_ONLY);
    }

    private static Transition linux(TcpState from, TcpState to, String reason) {
        return new Transition(from, to, Event.KERNEL_TIMEOUT, "", "", reason, Origin.LINUX);
    }

    /** Every transition known, those of the RFC first. */
    public static List<Transition> transitions() {
        return TRANSITIONS;
    }

    /** The transitions that leave {@code state}. */
    public static List<Transition> leaving(TcpState state) {
        return TRANSITIONS.stream().filter(each -> each.from() == state).toList();
    }

    /** The transitions that enter {@code state}. */
    public static List<Transition> entering(TcpState state) {
        return TRANSITIONS.stream().filter(each -> each.to() == state).toList();
    }

    /** Whether one step of Linux leads from {@code from} to {@code to}. A state is no step away from itself. */
    public static boolean isLegal(TcpState from, TcpState to) {
        return LEGAL[from.ordinal()][to.ordinal()];
    }
}
