// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.6.1: a SYN newer than the old connection. */
final class TimeWaitReopened {
    static final Scenario SCENARIO = Scenario.named(
                    "time-wait-reopened", "the peer's newer SYN reopens out of TIME-WAIT")
            .server(s -> s.openPassively()
                    .close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT)
                    .incarnation()
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .peer(ACK)
                    .state(ESTABLISHED)
                    .accept());

    private TimeWaitReopened() {}
}
