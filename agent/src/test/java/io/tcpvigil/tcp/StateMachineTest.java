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
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StateMachineTest {
    /**
     * What one step of Linux can do, written down a second time, from RFC 9293 figure 5 with section 3.10 and the list of
     * the kernel's edges; all 11 x 11 pairs follow.
     */
    private static final Map<TcpState, Set<TcpState>> STEPS = Map.ofEntries(
            Map.entry(CLOSED, EnumSet.of(LISTEN, SYN_SENT)),
            Map.entry(LISTEN, EnumSet.of(CLOSED, SYN_RECEIVED)),
            Map.entry(SYN_SENT, EnumSet.of(ESTABLISHED, SYN_RECEIVED, CLOSED)),
            Map.entry(SYN_RECEIVED, EnumSet.of(ESTABLISHED, FIN_WAIT_1, CLOSE_WAIT, LISTEN, CLOSED)),
            Map.entry(ESTABLISHED, EnumSet.of(FIN_WAIT_1, CLOSE_WAIT, CLOSED)),
            Map.entry(FIN_WAIT_1, EnumSet.of(FIN_WAIT_2, CLOSING, TIME_WAIT, CLOSED)),
            Map.entry(FIN_WAIT_2, EnumSet.of(TIME_WAIT, CLOSED)),
            Map.entry(CLOSE_WAIT, EnumSet.of(LAST_ACK, CLOSED)),
            Map.entry(CLOSING, EnumSet.of(TIME_WAIT, CLOSED)),
            Map.entry(LAST_ACK, EnumSet.of(CLOSED)),
            Map.entry(TIME_WAIT, EnumSet.of(CLOSED, SYN_RECEIVED)));

    @Test
    void allowsExactlyTheStepsOfTheRfcAndTheKernel() {
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                assertEquals(
                        STEPS.getOrDefault(from, Set.of()).contains(to),
                        StateMachine.isLegal(from, to),
                        from + " -> " + to);
            }
        }
    }

    @Test
    void countsTheArrowThatOnlyTheRfcHasAsNoStepOfLinux() {
        assertTrue(
                StateMachine.transitions().stream().anyMatch(each -> each.from() == LISTEN && each.to() == SYN_SENT));
        assertFalse(StateMachine.isLegal(LISTEN, SYN_SENT));
    }

    @ParameterizedTest
    @EnumSource
    void listsEveryTransitionOnceAsLeavingAndOnceAsEntering(TcpState state) {
        for (Transition each : StateMachine.leaving(state)) {
            assertTrue(StateMachine.entering(each.to()).contains(each));
        }
        assertEquals(StateMachine.transitions().size(), new HashSet<>(StateMachine.transitions()).size());
    }
}
