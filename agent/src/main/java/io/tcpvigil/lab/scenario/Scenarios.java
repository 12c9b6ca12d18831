// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import io.tcpvigil.Nullable;
import io.tcpvigil.lab.Scenario;
import java.util.List;

/** All scenarios, in the order in which a connection can meet them. */
public final class Scenarios {
    public static final List<Scenario> ALL = List.of(Handshake.SCENARIO);

    private Scenarios() {}

    /** The scenario with this name, or null. */
    public static @Nullable Scenario named(String name) {
        for (Scenario scenario : ALL) {
            if (scenario.name().equals(name)) {
                return scenario;
            }
        }
        return null;
    }
}
