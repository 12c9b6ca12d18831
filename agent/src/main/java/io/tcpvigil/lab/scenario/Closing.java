// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 13 without its last line. */
final class Closing {
    static final Scenario SCENARIO = Scenario.named("closing", "both close, our FIN unacknowledged: CLOSING stands")
            .established(s -> s.shutdown()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(FIN, ACK)
                    .ack(1)
                    .kernel(ACK)
                    .state(CLOSING)
                    .kernelAgain(FIN, ACK)
                    .state(CLOSING)
                    .queues(1, 1));

    private Closing() {}
}
