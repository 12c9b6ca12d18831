// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.ORPHAN_FIN_WAIT_2;
import static io.tcpvigil.lab.Deviation.TIME_WAIT_60S;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 12: the kernel as TCP Peer A. */
final class ActiveClose {
    static final Scenario SCENARIO = Scenario.named("active-close", "we close first (RFC 9293 figure 12)")
            .established(s -> s.close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .state(FIN_WAIT_2, ORPHAN_FIN_WAIT_2)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT, TIME_WAIT_60S)
                    .timer(50_000, 60_000));

    private ActiveClose() {}
}
