// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.RESET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.tcp.TcpState.CLOSED;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 10: the kernel as TCP Peer A, which crashed (server), and as B (client). */
final class HalfOpenData {
    static final Scenario SCENARIO = Scenario.named(
                    "half-open-data", "data for a forgotten connection (RFC 9293 figure 10)")
            .client(s -> s.openActively()
                    .note("the peer has crashed; we do not know, and send")
                    .write(100)
                    .kernel(ACK)
                    .length(100)
                    .peer(RST)
                    .seq(1)
                    .state(CLOSED)
                    .read(0)
                    .fails(RESET))
            .server(s -> s.note("we have crashed; the peer does not know, and sends")
                    .peer(ACK)
                    .seq(301)
                    .ack(101)
                    .length(10)
                    .kernel(RST)
                    .seq(101)
                    .state(CLOSED));

    private HalfOpenData() {}
}
