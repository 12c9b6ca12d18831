// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 7 up to line 4: SYN-RECEIVED as a full socket stands. */
final class CrossedSyns {
    static final Scenario SCENARIO = Scenario.named("crossed-syns", "both open at once, no answer: SYN-RECEIVED stands")
            .client(s -> s.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .seq(0)
                    .state(SYN_RECEIVED)
                    .kernelAgain(SYN, ACK)
                    .state(SYN_RECEIVED));

    private CrossedSyns() {}
}
