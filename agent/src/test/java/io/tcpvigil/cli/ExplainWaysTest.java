// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.cli.ExplainWays.Way;
import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.tcp.Transition;
import io.tcpvigil.tcp.Transition.Event;
import io.tcpvigil.tcp.Transition.Origin;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplainWaysTest {
    @Test
    void tellsEveryTransitionAtBothOfItsEnds() {
        for (Transition arrow : StateMachine.transitions()) {
            assertTrue(tells(ExplainWays.out(arrow.from()), arrow.to(), arrow), "out: " + arrow);
            assertTrue(tells(ExplainWays.in(arrow.to()), arrow.from(), arrow), "in: " + arrow);
        }
    }

    @Test
    void tellsNothingTwice() {
        for (TcpState state : TcpState.values()) {
            assertEquals(StateMachine.leaving(state).size(), told(ExplainWays.out(state)), "out of " + state);
            assertEquals(StateMachine.entering(state).size(), told(ExplainWays.in(state)), "into " + state);
        }
    }

    @Test
    void tellsArrowsTogetherThatDifferInTheirStartOnly() {
        Way silence = ExplainWays.in(TcpState.CLOSED).stream()
                .filter(way -> way.sentences().stream().anyMatch(each -> each.startsWith("time-out: no answer")))
                .findFirst()
                .orElseThrow();

        assertEquals(
                "SYN-SENT, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, CLOSE-WAIT, CLOSING, LAST-ACK", silence.others());
    }

    @Test
    void marksWhatOnlyOneOfRfcAndLinuxHas() {
        assertEquals(
                "segment with FIN; send ACK [RFC 9293, 3.10.7.4]",
                ExplainWays.sentence(of(TcpState.FIN_WAIT_2, Event.FIN, Origin.RFC)));
        assertEquals(
                "SEND on a listening endpoint; send SYN [RFC 9293, 3.10.2; Linux never does this]",
                ExplainWays.sentence(of(TcpState.LISTEN, Event.SEND, Origin.RFC_ONLY)));
        assertEquals(
                "orphan: tcp_fin_timeout is over [Linux only]",
                ExplainWays.sentence(of(TcpState.FIN_WAIT_2, Event.KERNEL_TIMEOUT, Origin.LINUX)));
    }

    @Test
    void quotesSectionsThatTheRfcHas() {
        for (Transition arrow : StateMachine.transitions()) {
            assertEquals(arrow.origin() != Origin.LINUX, ExplainRfcSections.exists(arrow.section()), arrow::toString);
        }
    }

    private static Transition of(TcpState from, Event event, Origin origin) {
        return StateMachine.leaving(from).stream()
                .filter(each -> each.event() == event && each.origin() == origin)
                .findFirst()
                .orElseThrow();
    }

    private static boolean tells(List<Way> ways, TcpState otherEnd, Transition arrow) {
        return ways.stream()
                .anyMatch(way -> List.of(way.others().split(", ", -1)).contains(otherEnd.displayName())
                        && way.sentences().contains(ExplainWays.sentence(arrow)));
    }

    private static int told(List<Way> ways) {
        return ways.stream()
                .mapToInt(way ->
                        way.others().split(",", -1).length * way.sentences().size())
                .sum();
    }
}
