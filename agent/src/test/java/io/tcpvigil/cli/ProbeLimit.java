// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The whole of what the tracepoint shows otherwise than the ladder, with the kernel's reason. All else must be as the ladder
 * says.
 */
enum ProbeLimit {
    /** {@code inet_reqsk_alloc}: half a handshake is a request socket; the full socket is made by the final ACK. */
    REQUEST_SOCKET,
    /** {@code tcp_time_wait}: TIME-WAIT is a mini-socket, the full socket closes when it begins; its own end is not shown. */
    TIME_WAIT_MINI_SOCKET,
    /** {@code tcp_rcv_state_process}: FIN-WAIT-2 of a socket without a process is handed to a mini-socket at once. */
    FIN_WAIT_2_MINI_SOCKET,
    /** A FIN with the ACK of ours passes FIN-WAIT-2 by in one call; the tracepoint shows it, the ladder cannot. */
    FIN_WAIT_2_PASSED,
    /** {@code tcp_v4_connect} enters SYN-SENT before it looks for a port: where there is none, the ladder has no connection. */
    WITHOUT_PORT;

    /** Scenarios whose application is gone when they end in FIN-WAIT-2. */
    private static final Set<String> ORPHANS = Set.of("zero-window");
    /** Scenarios in which TIME-WAIT finds no room: to the ladder, FIN-WAIT-1 ends with CLOSED. */
    private static final Set<String> SKIPPED = Set.of("time-wait-skipped");
    /** Scenarios with one connect that finds no port. */
    private static final Set<String> EXHAUSTED = Set.of("ports-exhausted");

    /** Ways that the tracepoint shows of what is no connection on the ladder. */
    static List<String> besides(String scenario, Set<ProbeLimit> met) {
        if (!EXHAUSTED.contains(scenario)) {
            return List.of();
        }
        met.add(WITHOUT_PORT);
        return List.of("closed syn_sent closed");
    }

    /** The way that the tracepoint shows of a life; empty when it shows nothing. */
    static List<TcpState> apply(String scenario, LadderPath.Life life, Set<ProbeLimit> met) {
        List<TcpState> states = life.states();
        List<TcpState> shown = new ArrayList<>();
        for (TcpState state : states) {
            TcpState last = shown.isEmpty() ? CLOSED : shown.get(shown.size() - 1);
            if (state == TIME_WAIT) {
                if (last == FIN_WAIT_1) {
                    met.add(FIN_WAIT_2_PASSED);
                    shown.add(FIN_WAIT_2);
                }
                met.add(TIME_WAIT_MINI_SOCKET);
                shown.add(CLOSED);
                return shown;
            }
            if (state == CLOSED && last == FIN_WAIT_1 && SKIPPED.contains(scenario)) {
                met.add(FIN_WAIT_2_PASSED);
                shown.add(FIN_WAIT_2);
            }
            shown.add(state);
        }
        TcpState end = shown.get(shown.size() - 1);
        boolean neverUp = shown.size() == 2 || (shown.size() == 3 && end == CLOSED);
        if (life.origin == LISTEN && shown.get(1) == SYN_RECEIVED && neverUp) {
            met.add(REQUEST_SOCKET);
            return List.of();
        }
        if (end == FIN_WAIT_2 && ORPHANS.contains(scenario)) {
            met.add(FIN_WAIT_2_MINI_SOCKET);
            shown.add(CLOSED);
        }
        return shown;
    }
}
