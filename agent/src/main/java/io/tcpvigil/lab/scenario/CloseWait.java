// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;

import io.tcpvigil.lab.Scenario;

/** CLOSE-WAIT with nothing left to read: the mark of a leak. */
final class CloseWait {
    static final Scenario SCENARIO = Scenario.named(
                    "close-wait", "the peer closed, we read and do not close: CLOSE-WAIT")
            .established(s -> s.peer(FIN, ACK)
                    .kernel(ACK)
                    .state(CLOSE_WAIT)
                    .queues(1, 0)
                    .readEnd()
                    .state(CLOSE_WAIT)
                    .queues(0, 0));

    private CloseWait() {}
}
