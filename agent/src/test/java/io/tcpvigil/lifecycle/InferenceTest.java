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
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InferenceTest {
    private static final TcpState[] STATES = TcpState.values();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "LISTEN      | SYN_RECEIVED | listen>syn_received observed",
                "LISTEN      | ESTABLISHED  | listen>syn_received inferred, syn_received>established inferred",
                "LISTEN      | TIME_WAIT    | listen>syn_received inferred, syn_received>established inferred,"
                        + " established>fin_wait_1 inferred, fin_wait_1>time_wait ambiguous",
                "CLOSED      | SYN_SENT     | closed>syn_sent observed",
                "CLOSED      | ESTABLISHED  | closed>syn_sent inferred, syn_sent>established ambiguous",
                "CLOSED      | LAST_ACK     | closed>syn_sent inferred, syn_sent>established ambiguous,"
                        + " established>close_wait inferred, close_wait>last_ack inferred",
                "SYN_SENT    | ESTABLISHED  | syn_sent>established observed",
                "SYN_RECEIVED| FIN_WAIT_1   | syn_received>established inferred, established>fin_wait_1 inferred",
                "ESTABLISHED | FIN_WAIT_1   | established>fin_wait_1 observed",
                "ESTABLISHED | FIN_WAIT_2   | established>fin_wait_1 inferred, fin_wait_1>fin_wait_2 inferred",
                "ESTABLISHED | CLOSING      | established>fin_wait_1 inferred, fin_wait_1>closing inferred",
                "ESTABLISHED | TIME_WAIT    | established>fin_wait_1 inferred, fin_wait_1>time_wait ambiguous",
                "ESTABLISHED | LAST_ACK     | established>close_wait inferred, close_wait>last_ack inferred",
                "FIN_WAIT_1  | TIME_WAIT    | fin_wait_1>time_wait ambiguous",
                "FIN_WAIT_2  | TIME_WAIT    | fin_wait_2>time_wait observed",
                "TIME_WAIT   | SYN_RECEIVED |",
                "CLOSE_WAIT  | FIN_WAIT_1   |",
                "ESTABLISHED | SYN_SENT     |",
            })
    void tellsTheStepsBetweenTwoLooks(TcpState from, TcpState to, String steps) {
        assertEquals(steps == null ? "" : steps, text(from.ordinal(), to));
    }

    @Test
    void allowsTheShortcutsOnlyToAFullSocketInSynReceived() {
        assertEquals("syn_received>fin_wait_1 ambiguous", text(Inference.FULL_SYN_RECEIVED, FIN_WAIT_1));
        assertEquals("syn_received>close_wait ambiguous", text(Inference.FULL_SYN_RECEIVED, CLOSE_WAIT));
        assertEquals(
                "syn_received>fin_wait_1 ambiguous, fin_wait_1>time_wait ambiguous",
                text(Inference.FULL_SYN_RECEIVED, TIME_WAIT));
    }

    @Test
    void leavesTheOpeningOpenWhenTheDirectionIsUnknown() {
        assertEquals("closed>syn_received ambiguous", text(Inference.UNKNOWN_ORIGIN, SYN_RECEIVED));
        assertEquals("closed>established ambiguous", text(Inference.UNKNOWN_ORIGIN, ESTABLISHED));
        assertEquals(
                "closed>established ambiguous, established>close_wait inferred, close_wait>last_ack inferred",
                text(Inference.UNKNOWN_ORIGIN, LAST_ACK));
    }

    @Test
    void coversEachStretchOnce() {
        for (int origin = 0; origin < STATES.length + 2; origin++) {
            for (TcpState to : STATES) {
                int[] steps = Inference.steps(origin, to.ordinal());
                TcpState at = start(origin);
                for (int step : steps) {
                    assertEquals(at.ordinal(), Inference.from(step), text(origin, to));
                    at = STATES[Inference.to(step)];
                }
                assertTrue(steps.length == 0 || at == to, text(origin, to));
            }
        }
    }

    @Test
    void callsOnlyLegalStepsObservedOrInferred() {
        for (int origin = 0; origin < STATES.length + 2; origin++) {
            for (TcpState to : STATES) {
                for (int step : Inference.steps(origin, to.ordinal())) {
                    boolean certain = Inference.evidence(step) != Evidence.AMBIGUOUS;
                    boolean legal = StateMachine.isLegal(STATES[Inference.from(step)], STATES[Inference.to(step)]);
                    assertTrue(legal || !certain, text(origin, to));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void claimsOnlyWhatEveryWalkTakes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 5_000; i++) {
            List<TcpState> walk = walk(random);
            int from = random.nextInt(walk.size());
            int to = from + random.nextInt(walk.size() - from);
            int[] steps = Inference.steps(walk.get(from).ordinal(), walk.get(to).ordinal());
            if (from == to) {
                continue;
            }
            assertTrue(steps.length > 0, walk.toString());
            for (int step : steps) {
                int at = walk.indexOf(STATES[Inference.from(step)]);
                assertTrue(at >= 0, () -> "seed " + seed + ": never in " + STATES[Inference.from(step)] + ": " + walk);
                boolean crossed = walk.get(at) == SYN_SENT && walk.get(at + 1) == SYN_RECEIVED;
                boolean taken = STATES[Inference.to(step)] == walk.get(at + (crossed ? 2 : 1))
                        || STATES[Inference.to(step)] == walk.get(at + 1);
                assertTrue(
                        taken || Inference.evidence(step) == Evidence.AMBIGUOUS,
                        () -> "seed " + seed + ": " + text(walk.get(from).ordinal(), walk.get(to)) + " of " + walk);
            }
        }
    }

    /** The life of one connection as Linux can have it, without its end. */
    private static List<TcpState> walk(SplittableRandom random) {
        List<TcpState> walk = new ArrayList<>(List.of(random.nextBoolean() ? LISTEN : CLOSED));
        walk.add(walk.get(0) == LISTEN ? SYN_RECEIVED : SYN_SENT);
        while (true) {
            TcpState last = walk.get(walk.size() - 1);
            List<TcpState> next = new ArrayList<>();
            for (TcpState state : STATES) {
                boolean end = state == CLOSED || state == LISTEN;
                boolean other = last == TIME_WAIT;
                boolean shortcut = last == SYN_RECEIVED && state != ESTABLISHED;
                if (StateMachine.isLegal(last, state) && !end && !other && !shortcut) {
                    next.add(state);
                }
            }
            if (next.isEmpty()) {
                return walk;
            }
            walk.add(next.get(random.nextInt(next.size())));
        }
    }

    private static TcpState start(int origin) {
        if (origin == Inference.FULL_SYN_RECEIVED) {
            return SYN_RECEIVED;
        }
        return origin == Inference.UNKNOWN_ORIGIN ? CLOSED : STATES[origin];
    }

    private static String text(int origin, TcpState to) {
        StringBuilder text = new StringBuilder();
        for (int step : Inference.steps(origin, to.ordinal())) {
            text.append(text.isEmpty() ? "" : ", ");
            text.append(STATES[Inference.from(step)].label()).append('>');
            text.append(STATES[Inference.to(step)].label()).append(' ');
            text.append(Inference.evidence(step).label());
        }
        return text.toString();
    }
}
