// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 12: the kernel as TCP Peer B. */
final class PassiveClose {
    static final Scenario SCENARIO = Scenario.named("passive-close", "the peer closes first (RFC 9293 figure 12)")
            .established(s -> s.peer(FIN, ACK)
                    .kernel(ACK)
                    .state(CLOSE_WAIT)
                    .readEnd()
                    .close()
                    .kernel(FIN, ACK)
                    .state(LAST_ACK)
                    .peer(ACK)
                    .state(CLOSED));

    private PassiveClose() {}
}
