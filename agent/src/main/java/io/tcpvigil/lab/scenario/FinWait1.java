// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;

import io.tcpvigil.lab.Scenario;

/** FIN-WAIT-1 with its retransmission. */
final class FinWait1 {
    static final Scenario SCENARIO = Scenario.named("fin-wait-1", "our FIN is never acknowledged: FIN-WAIT-1 stands")
            .established(s -> s.shutdown()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .kernelAgain(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .queues(0, 1));

    private FinWait1() {}
}
