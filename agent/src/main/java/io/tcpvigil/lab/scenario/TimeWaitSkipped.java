// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.TIME_WAIT_LIMIT;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** tcp_max_tw_buckets. */
final class TimeWaitSkipped {
    static final Scenario SCENARIO = Scenario.named(
                    "time-wait-skipped", "no room for TIME-WAIT: the connection is gone at once")
            .established(s -> s.sysctl("net.ipv4.tcp_max_tw_buckets", 0)
                    .close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT, TIME_WAIT_LIMIT)
                    .shown(CLOSED));

    private TimeWaitSkipped() {}
}
