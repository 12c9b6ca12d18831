// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** SYN-SENT with its retransmission. */
final class SynSent {
    static final Scenario SCENARIO = Scenario.named("syn-sent", "our SYN is never answered: SYN-SENT stands")
            .client(s -> s.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .queues(0, 1)
                    .kernelAgain(SYN)
                    .state(SYN_SENT));

    private SynSent() {}
}
