// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.EARLY_LAST_ACK;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.4: in CLOSE-WAIT the RFC waits until all is sent. */
final class ZeroWindowLastAck {
    static final Scenario SCENARIO = Scenario.named(
                    "zero-window-last-ack", "no window: LAST-ACK before the FIN is sent")
            .established(s -> s.peer(FIN, ACK)
                    .window(0)
                    .kernel(ACK)
                    .state(CLOSE_WAIT)
                    .readEnd()
                    .write(100)
                    .close()
                    .state(CLOSE_WAIT, EARLY_LAST_ACK)
                    .shown(LAST_ACK)
                    .queues(-1, 101)
                    .kernel(ACK)
                    .seq(0)
                    .peer(ACK)
                    .window(65_536)
                    .kernel(FIN, ACK)
                    .length(100)
                    .state(LAST_ACK)
                    .peer(ACK)
                    .state(CLOSED));

    private ZeroWindowLastAck() {}
}
