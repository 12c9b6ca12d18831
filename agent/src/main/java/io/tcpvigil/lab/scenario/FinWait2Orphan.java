// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.ORPHAN_FIN_WAIT_2;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;

import io.tcpvigil.lab.Scenario;

/** tcp_fin_timeout, which counts for as long as it is more than three and a half retransmission time-outs. */
final class FinWait2Orphan {
    static final Scenario SCENARIO = Scenario.named(
                    "fin-wait-2-orphan", "the peer never closes, nobody holds FIN-WAIT-2: it ends")
            .established(s -> s.sysctl("net.ipv4.tcp_fin_timeout", 2)
                    .close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .state(FIN_WAIT_2, ORPHAN_FIN_WAIT_2)
                    // More than 2 s after a round trip on a busy machine, but not the 60 s that are usual.
                    .timer(0, 40_000)
                    .state(CLOSED, ORPHAN_FIN_WAIT_2)
                    .within(60_000));

    private FinWait2Orphan() {}
}
