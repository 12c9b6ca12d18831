// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.ADDRESS_NOT_AVAILABLE;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;

import io.tcpvigil.lab.Scenario;

/** ip_local_port_range. */
final class PortsExhausted {
    static final Scenario SCENARIO = Scenario.named(
                    "ports-exhausted", "every local port is in use toward one destination")
            .client(s -> s.sysctl("net.ipv4.ip_local_port_range", "40000 40003")
                    .connections(
                            1,
                            4,
                            (each, n) -> each.connect()
                                    .kernel(SYN)
                                    .peer(SYN, ACK)
                                    .kernel(ACK)
                                    .state(ESTABLISHED))
                    .note("four ports, four connections")
                    .connection(5)
                    .connect()
                    .fails(ADDRESS_NOT_AVAILABLE)
                    .state(CLOSED));

    private PortsExhausted() {}
}
