// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

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

import io.tcpvigil.cli.ExplainDrawing.Arrow;
import io.tcpvigil.cli.ExplainPicture.Label;
import io.tcpvigil.cli.ExplainPicture.Line;
import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.tcp.Transition;
import io.tcpvigil.tcp.Transition.Event;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ExplainDrawingTest {
    /** RFC 9293 figure 5 and its note 2, read off the figure from top to bottom. */
    private static final Set<String> FIGURE_5 = Set.of(
            edge(CLOSED, LISTEN, Event.PASSIVE_OPEN),
            edge(CLOSED, SYN_SENT, Event.ACTIVE_OPEN),
            edge(LISTEN, CLOSED, Event.CLOSE_LISTENER),
            edge(SYN_SENT, CLOSED, Event.CLOSE),
            edge(SYN_RECEIVED, LISTEN, Event.RST),
            edge(LISTEN, SYN_RECEIVED, Event.SYN),
            edge(LISTEN, SYN_SENT, Event.SEND),
            edge(SYN_SENT, SYN_RECEIVED, Event.SYN),
            edge(SYN_RECEIVED, ESTABLISHED, Event.ACK_OF_SYN),
            edge(SYN_SENT, ESTABLISHED, Event.SYN_ACK),
            edge(SYN_RECEIVED, FIN_WAIT_1, Event.CLOSE),
            edge(ESTABLISHED, FIN_WAIT_1, Event.CLOSE),
            edge(ESTABLISHED, CLOSE_WAIT, Event.FIN),
            edge(FIN_WAIT_1, FIN_WAIT_2, Event.ACK_OF_FIN),
            edge(FIN_WAIT_1, CLOSING, Event.FIN),
            edge(FIN_WAIT_1, TIME_WAIT, Event.FIN_AND_ACK_OF_FIN),
            edge(CLOSE_WAIT, LAST_ACK, Event.CLOSE),
            edge(FIN_WAIT_2, TIME_WAIT, Event.FIN),
            edge(CLOSING, TIME_WAIT, Event.ACK_OF_FIN),
            edge(LAST_ACK, CLOSED, Event.ACK_OF_FIN),
            edge(TIME_WAIT, CLOSED, Event.TIME_WAIT_TIMEOUT));

    private static final ExplainPicture PICTURE = new ExplainPicture(ExplainDrawing.lines(Map.of()));

    @Test
    void drawsFigure5AndNothingElse() {
        Set<String> drawn = ExplainDrawing.ARROWS.stream()
                .map(arrow -> edge(arrow.from(), arrow.to(), arrow.event()))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(new TreeSet<>(FIGURE_5), drawn);
        assertEquals(FIGURE_5.size(), ExplainDrawing.ARROWS.size());
    }

    @Test
    void drawsNoArrowThatTheStateMachineDoesNotHave() {
        for (Arrow arrow : ExplainDrawing.ARROWS) {
            assertEquals(1, transitionsOf(arrow).size(), arrow::toString);
        }
    }

    @Test
    void leavesOutOnlyWhatFigure5LeavesOut() {
        for (Transition transition : StateMachine.transitions()) {
            boolean drawn = FIGURE_5.contains(edge(transition.from(), transition.to(), transition.event()));
            assertEquals(!isLeftOut(transition), drawn, transition::toString);
        }
    }

    @Test
    void pictureShowsTheArrowsThatAreListed() {
        List<String> listed = ExplainDrawing.ARROWS.stream()
                .map(arrow -> arrow.from() + " -> " + arrow.to())
                .sorted()
                .toList();
        List<String> drawn = PICTURE.lines().stream()
                .map(line -> line.from() + " -> " + line.to())
                .sorted()
                .toList();

        assertEquals(listed, drawn);
    }

    @Test
    void pictureHasNoLineThatBelongsToNoArrow() {
        assertEquals(List.of(), PICTURE.strayCells());
    }

    @Test
    void everyArrowHasItsLabelAndWhatIsSentNextToIt() {
        List<Line> lines = new ArrayList<>(PICTURE.lines());
        for (Arrow arrow : ExplainDrawing.ARROWS) {
            Line line = lines.stream()
                    .filter(each -> each.from() == arrow.from() && each.to() == arrow.to())
                    .findFirst()
                    .orElseThrow();
            assertTrue(PICTURE.standsNear(arrow.label(), line), () -> arrow.label() + " not at " + arrow);
            String action = transitionsOf(arrow).get(0).action();
            if (!action.isEmpty()) {
                assertTrue(PICTURE.standsNear("/ " + action, line), () -> action + " not at " + arrow);
            }
        }
    }

    @Test
    void pictureSaysNothingThatBelongsToNoArrow() {
        Set<String> wanted = new TreeSet<>(Set.of("of our FIN"));
        for (Arrow arrow : ExplainDrawing.ARROWS) {
            wanted.add(arrow.label());
            String action = transitionsOf(arrow).get(0).action();
            if (!action.isEmpty()) {
                wanted.add("/ " + action);
            }
        }

        assertEquals(wanted, PICTURE.labels().stream().map(Label::text).collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void hasABoxForEveryStateAndClosedAtBothEnds() {
        for (TcpState state : TcpState.values()) {
            assertEquals(state == CLOSED ? 2 : 1, PICTURE.boxesOf(state), state::toString);
        }
    }

    @Test
    void staysInsideEightyColumnsWithSevenDigits() {
        Map<TcpState, Long> counts = counts(9_999_999L);
        List<String> filled = ExplainDrawing.lines(counts);
        List<String> empty = ExplainDrawing.lines(Map.of());

        assertEquals(empty.size(), filled.size());
        for (int row = 0; row < filled.size(); row++) {
            assertTrue(filled.get(row).length() <= 80, filled.get(row));
            assertEquals(
                    empty.get(row).length(), filled.get(row).length(), "a number moved the walls: " + filled.get(row));
            assertFalse(filled.get(row).endsWith(" "), filled.get(row));
            assertTrue(filled.get(row).chars().allMatch(each -> each >= ' ' && each <= '~'), filled.get(row));
        }
    }

    @Test
    void putsEachNumberIntoTheBoxOfItsState() {
        Map<TcpState, Long> counts = new EnumMap<>(TcpState.class);
        for (TcpState state : TcpState.values()) {
            counts.put(state, 1000L + state.kernelNumber());
        }
        ExplainPicture picture = new ExplainPicture(ExplainDrawing.lines(counts));

        for (TcpState state : TcpState.values()) {
            String wanted = state == CLOSED ? "" : Integer.toString(1000 + state.kernelNumber());
            assertEquals(wanted, picture.textUnder(state), state::toString);
        }
    }

    @Test
    void leavesTheBoxEmptyWhoseNumberIsUnknown() {
        ExplainPicture picture = new ExplainPicture(ExplainDrawing.lines(Map.of(LISTEN, 0L)));

        assertEquals("0", picture.textUnder(LISTEN));
        assertEquals("", picture.textUnder(ESTABLISHED));
    }

    private static Map<TcpState, Long> counts(long each) {
        Map<TcpState, Long> counts = new EnumMap<>(TcpState.class);
        for (TcpState state : TcpState.values()) {
            counts.put(state, each);
        }
        return counts;
    }

    private static List<Transition> transitionsOf(Arrow arrow) {
        return StateMachine.leaving(arrow.from()).stream()
                .filter(each -> each.to() == arrow.to() && each.event() == arrow.event())
                .toList();
    }

    /** Resets but the one of note 1, aborts, time-outs but 2 MSL, and what stands in section 3.10 only. */
    private static boolean isLeftOut(Transition transition) {
        return switch (transition.event()) {
            case RST -> transition.to() != LISTEN;
            case ABORT, USER_TIMEOUT, KERNEL_TIMEOUT -> true;
            case ACTIVE_OPEN -> transition.from() == LISTEN;
            case SYN -> transition.from() == TIME_WAIT || transition.to() == LISTEN;
            case FIN -> transition.from() == SYN_RECEIVED;
            case PASSIVE_OPEN,
                    SEND,
                    CLOSE,
                    CLOSE_LISTENER,
                    SYN_ACK,
                    ACK_OF_SYN,
                    ACK_OF_FIN,
                    FIN_AND_ACK_OF_FIN,
                    TIME_WAIT_TIMEOUT -> false;
        };
    }

    private static String edge(TcpState from, TcpState to, Event event) {
        return from + " -> " + to + " by " + event;
    }
}
