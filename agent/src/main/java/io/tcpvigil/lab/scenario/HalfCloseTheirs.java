// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.6: data in CLOSE-WAIT. */
final class HalfCloseTheirs {
    static final Scenario SCENARIO = Scenario.named("half-close-theirs", "the peer closes its half, we go on sending")
            .established(s -> s.peer(FIN, ACK)
                    .kernel(ACK)
                    .state(CLOSE_WAIT)
                    .readEnd()
                    .write(100)
                    .kernel(ACK)
                    .length(100)
                    .state(CLOSE_WAIT)
                    .peer(ACK)
                    .state(CLOSE_WAIT)
                    .queues(0, 0)
                    .close()
                    .kernel(FIN, ACK)
                    .state(LAST_ACK)
                    .peer(ACK)
                    .state(CLOSED));

    private HalfCloseTheirs() {}
}
