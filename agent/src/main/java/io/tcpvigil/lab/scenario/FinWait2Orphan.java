// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.ORPHAN_FIN_WAIT_2;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;

import io.tcpvigil.lab.Scenario;

/** tcp_fin_timeout. */
final class FinWait2Orphan {
    static final Scenario SCENARIO = Scenario.named(
                    "fin-wait-2-orphan", "the peer never closes, nobody holds FIN-WAIT-2: it ends")
            .established(s -> s.sysctl("net.ipv4.tcp_fin_timeout", 2)
                    .close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .state(FIN_WAIT_2, ORPHAN_FIN_WAIT_2)
                    .timer(0, 2_100)
                    .state(CLOSED, ORPHAN_FIN_WAIT_2)
                    .within(6000));

    private FinWait2Orphan() {}
}
