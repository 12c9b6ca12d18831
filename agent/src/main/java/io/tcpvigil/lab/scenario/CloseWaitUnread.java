// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;

import io.tcpvigil.lab.Scenario;

/** CLOSE-WAIT with data and FIN in the receive queue. */
final class CloseWaitUnread {
    static final Scenario SCENARIO = Scenario.named(
                    "close-wait-unread", "the peer closed, we do not read: CLOSE-WAIT stands")
            .established(s -> s.peer(ACK)
                    .length(10)
                    .kernel(ACK)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(CLOSE_WAIT)
                    .queues(11, 0));

    private CloseWaitUnread() {}
}
