// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;

import io.tcpvigil.lab.Scenario;

/** LAST-ACK with its retransmission. */
final class LastAck {
    static final Scenario SCENARIO = Scenario.named("last-ack", "the ACK of our last FIN is lost: LAST-ACK stands")
            .established(s -> s.peer(FIN, ACK)
                    .kernel(ACK)
                    .state(CLOSE_WAIT)
                    .readEnd()
                    .close()
                    .kernel(FIN, ACK)
                    .state(LAST_ACK)
                    .kernelAgain(FIN, ACK)
                    .state(LAST_ACK)
                    .queues(-1, 1));

    private LastAck() {}
}
