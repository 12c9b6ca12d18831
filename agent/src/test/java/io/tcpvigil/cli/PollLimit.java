// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static io.tcpvigil.lifecycle.Evidence.AMBIGUOUS;
import static io.tcpvigil.lifecycle.Evidence.INFERRED;
import static io.tcpvigil.lifecycle.Evidence.OBSERVED;
import static io.tcpvigil.lifecycle.Evidence.VANISHED;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.tcp.TcpState;
import java.util.Set;

/**
 * The whole of what a poll cannot observe although it sees every state of the ladder, with the kernel's reason. Every other
 * step must be observed. None of these leaves more than UNKNOWN, or who sent the first FIN, for the end.
 */
enum PollLimit {
    COOKIE_SYN(
            LISTEN, SYN_RECEIVED, INFERRED, "a SYN answered from a cookie leaves no request socket (cookie_v4_check)"),
    COOKIE_ACK(SYN_RECEIVED, ESTABLISHED, INFERRED, "the same: the first that there is of it is a full socket"),
    ONE_SEGMENT(
            FIN_WAIT_1,
            TIME_WAIT,
            AMBIGUOUS,
            "a FIN with the ACK of ours passes FIN-WAIT-2 by within tcp_rcv_state_process; to a poll it is the same as a "
                    + "FIN-WAIT-2 that came and went between two looks"),
    REFUSED(
            SYN_SENT,
            CLOSED,
            VANISHED,
            "RST, ICMP, time-out and close() all lead to tcp_done: no row, and no trace why"),
    REQUEST_GONE(SYN_RECEIVED, CLOSED, VANISHED, "a request that is reset or times out is freed without a trace"),
    CUT_ESTABLISHED(ESTABLISHED, CLOSED, VANISHED, "RST, in or out, and time-outs lead to tcp_done"),
    CUT_FIN_WAIT_1(
            FIN_WAIT_1,
            CLOSED,
            VANISHED,
            "the same; orphan retries used up and a TIME-WAIT without room look alike, too"),
    CUT_FIN_WAIT_2(
            FIN_WAIT_2,
            CLOSED,
            VANISHED,
            "RST, or data to an orphan, before tcp_fin_timeout is over",
            "fin-wait-2-orphan"),
    CUT_CLOSE_WAIT(CLOSE_WAIT, CLOSED, VANISHED, "RST and time-outs lead to tcp_done"),
    CUT_CLOSING(CLOSING, CLOSED, VANISHED, "the same; and a TIME-WAIT without room looks alike"),
    ASSASSINATED(
            TIME_WAIT,
            CLOSED,
            VANISHED,
            "a RST frees the mini-socket long before its timer (inet_twsk_deschedule_put)",
            "time-wait-reopened time-wait-recycled");

    private final TcpState from;
    private final TcpState to;
    private final Evidence evidence;
    private final String reason;
    private final String exceptIn;

    PollLimit(TcpState from, TcpState to, Evidence evidence, String reason) {
        this(from, to, evidence, reason, "");
    }

    /** @param exceptIn names of scenarios where a timer that ran out, or the next connection, tells how it ended */
    PollLimit(TcpState from, TcpState to, Evidence evidence, String reason, String exceptIn) {
        this.from = from;
        this.to = to;
        this.evidence = evidence;
        this.reason = reason;
        this.exceptIn = exceptIn;
    }

    /** How well a poll that saw all that the kernel showed knows the step of a life after its state number {@code at}. */
    static Evidence evidence(String scenario, LadderPath.Life life, int at, Set<PollLimit> met) {
        TcpState from = life.states().get(at);
        TcpState to = life.states().get(at + 1);
        for (PollLimit limit : values()) {
            boolean cookie = limit == COOKIE_SYN || limit == COOKIE_ACK;
            if (limit.from == from
                    && limit.to == to
                    && (!cookie || isUnseen(life, at + (limit == COOKIE_SYN ? 0 : -1)))
                    && !(" " + limit.exceptIn + " ").contains(" " + scenario + " ")) {
                met.add(limit);
                return limit.evidence;
            }
        }
        return OBSERVED;
    }

    private static boolean isUnseen(LadderPath.Life life, int visit) {
        return life.visits.get(visit).from() == life.visits.get(visit).until();
    }

    @Override
    public String toString() {
        return from.displayName() + " to " + to.displayName() + ": " + evidence.label() + ", because " + reason;
    }
}
