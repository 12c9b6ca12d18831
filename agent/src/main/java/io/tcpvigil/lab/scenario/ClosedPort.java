// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.7.1: CLOSED answers with RST. */
final class ClosedPort {
    static final Scenario SCENARIO = Scenario.named("closed-port", "a SYN to a port without listener is refused")
            .server(s -> s.peer(SYN).kernel(RST, ACK).state(CLOSED));

    private ClosedPort() {}
}
