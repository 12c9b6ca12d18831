// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.ADDRESS_NOT_AVAILABLE;
import static io.tcpvigil.tcp.TcpState.CLOSED;

import io.tcpvigil.lab.Scenario;

/** ip_local_port_range. */
final class PortsExhausted {
    static final Scenario SCENARIO = Scenario.named(
                    "ports-exhausted", "every local port is in use toward one destination")
            .client(s -> s.sysctl("net.ipv4.ip_local_port_range", "40000 40003")
                    .connections(1, 4, (each, n) -> each.openActively())
                    .note("four ports, four connections")
                    .connection(5)
                    .connect()
                    .fails(ADDRESS_NOT_AVAILABLE)
                    .state(CLOSED));

    private PortsExhausted() {}
}
