// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 7. */
final class SimultaneousOpen {
    static final Scenario SCENARIO = Scenario.named("simultaneous-open", "both sides open at once (RFC 9293 figure 7)")
            .client(s -> s.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .note("the peer's own SYN crosses ours: it acknowledges nothing")
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .seq(0)
                    .state(SYN_RECEIVED)
                    .peer(SYN, ACK)
                    .kernel(ACK)
                    .state(ESTABLISHED));

    private SimultaneousOpen() {}
}
