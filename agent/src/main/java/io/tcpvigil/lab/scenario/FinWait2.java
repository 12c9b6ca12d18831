// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;

import io.tcpvigil.lab.Scenario;

/** FIN-WAIT-2 without a time-out. */
final class FinWait2 {
    static final Scenario SCENARIO = Scenario.named("fin-wait-2", "the peer never closes: FIN-WAIT-2 stands")
            .established(s -> s.shutdown()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .state(FIN_WAIT_2)
                    .queues(0, 0));

    private FinWait2() {}
}
