// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScenariosTest {
    /** So that a line of the list fits a terminal of 80 columns. */
    private static final int LONGEST_DESCRIPTION = 56;

    private static final int LONGEST_NAME = 22;

    @Test
    void everyStateIsTheEndOfAScenario() {
        Set<TcpState> ends = EnumSet.noneOf(TcpState.class);
        for (Scenario scenario : Scenarios.ALL) {
            for (Role role : scenario.roles()) {
                ends.add(scenario.finalState(role));
            }
        }
        assertEquals(EnumSet.allOf(TcpState.class), ends);
    }

    @Test
    void namesAndDescriptionsFitTheList() {
        Set<String> names = new HashSet<>();
        for (Scenario scenario : Scenarios.ALL) {
            assertTrue(names.add(scenario.name()), scenario.name());
            assertTrue(scenario.name().matches("[a-z][a-z0-9-]*"), scenario.name());
            assertTrue(scenario.name().length() <= LONGEST_NAME, scenario.name());
            assertTrue(scenario.description().length() <= LONGEST_DESCRIPTION, scenario.name());
            assertFalse(scenario.roles().isEmpty(), scenario.name());
        }
    }

    @Test
    void isFoundByItsName() {
        assertSame(Handshake.SCENARIO, Scenarios.named("handshake"));
        assertNull(Scenarios.named("Handshake"));
    }
}
