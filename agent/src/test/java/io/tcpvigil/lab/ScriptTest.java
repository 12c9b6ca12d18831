// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lab.scenario.Scenarios;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.OneLife;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ScriptTest {
    @TestFactory
    List<DynamicTest> everyScriptGoesOnlyWaysThatTheStateMachineHas() {
        return Scenarios.ALL.stream()
                .flatMap(scenario -> scenario.roles().stream()
                        .map(role -> DynamicTest.dynamicTest(
                                scenario.name() + " " + role.label(), () -> followStates(scenario, role))))
                .toList();
    }

    private static void followStates(Scenario scenario, Role role) {
        Map<Integer, TcpState> states = new HashMap<>();
        int connection = 1;
        for (Step step : scenario.steps(role)) {
            if (step instanceof Step.Connection other) {
                connection = other.number();
            } else if (step instanceof Step.Incarnation) {
                states.remove(connection);
            } else if (step instanceof Step.Expect expect) {
                TcpState before = states.put(connection, expect.rfc());
                if (before != null && before != expect.rfc()) {
                    assertTrue(OneLife.leads(before, expect.rfc()), before + " -> " + expect.rfc());
                }
            }
        }
    }

    @Test
    void qualifiesTheStepBefore() {
        Script script = new Script().kernel(Flag.ACK).seq(5).ack(7).length(9).within(11);
        assertEquals(
                List.of(new Step.FromKernel(new SegmentSpec(Set.of(Flag.ACK), 5, 7, 9), false, 11)), script.steps());
    }

    @Test
    void refusesQualifierWithoutItsStep() {
        Script script = new Script().connect();
        assertThrows(IllegalStateException.class, () -> script.seq(1));
        assertThrows(IllegalStateException.class, () -> script.shown(TcpState.LISTEN));
        assertThrows(IllegalStateException.class, () -> script.within(1));
    }

    @Test
    void takesTheKindOfObjectFromTheDeviation() {
        assertEquals(
                SocketKind.FULL,
                expect(new Script().state(TcpState.ESTABLISHED)).kind());
        assertEquals(
                SocketKind.REQUEST,
                expect(new Script().state(TcpState.SYN_RECEIVED, Deviation.REQUEST_SOCKET))
                        .kind());
        Step.Expect timeWait = expect(new Script().state(TcpState.TIME_WAIT));
        assertEquals(SocketKind.MINISOCK, timeWait.kind());
        assertEquals(EnumSet.of(Deviation.TIME_WAIT_MINISOCK), timeWait.deviations());
        Step.Expect skipped = expect(new Script()
                .state(TcpState.TIME_WAIT, Deviation.TIME_WAIT_LIMIT)
                .shown(TcpState.CLOSED));
        assertEquals(EnumSet.of(Deviation.TIME_WAIT_LIMIT), skipped.deviations());
        assertEquals(
                EnumSet.of(Deviation.CLOSED_IS_ABSENT),
                expect(new Script().state(TcpState.CLOSED)).deviations());
    }

    private static Step.Expect expect(Script script) {
        return (Step.Expect) script.steps().get(0);
    }
}
