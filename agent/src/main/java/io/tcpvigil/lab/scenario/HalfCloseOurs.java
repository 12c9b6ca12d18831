// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.BROKEN_PIPE;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.6: data in FIN-WAIT-2. */
final class HalfCloseOurs {
    static final Scenario SCENARIO = Scenario.named("half-close-ours", "we close our half, the peer goes on sending")
            .established(s -> s.shutdown()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .state(FIN_WAIT_2)
                    .peer(ACK)
                    .length(100)
                    .kernel(ACK)
                    .state(FIN_WAIT_2)
                    .queues(100, 0)
                    .read(100)
                    .write(1)
                    .fails(BROKEN_PIPE)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT)
                    .readEnd());

    private HalfCloseOurs() {}
}
