// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 13. */
final class SimultaneousClose {
    static final Scenario SCENARIO = Scenario.named(
                    "simultaneous-close", "both sides close at once (RFC 9293 figure 13)")
            .established(s -> s.close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .note("the peer's FIN crosses ours: it does not acknowledge it")
                    .peer(FIN, ACK)
                    .ack(1)
                    .kernel(ACK)
                    .state(CLOSING)
                    .peer(ACK)
                    .state(TIME_WAIT));

    private SimultaneousClose() {}
}
