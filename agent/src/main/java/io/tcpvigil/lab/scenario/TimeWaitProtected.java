// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.TIME_WAIT_KEPT;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** RFC 1337 fix F1: RST in TIME-WAIT is ignored. */
final class TimeWaitProtected {
    static final Scenario SCENARIO = Scenario.named(
                    "time-wait-protected", "a RST does not end TIME-WAIT with tcp_rfc1337")
            .established(s -> s.sysctl("net.ipv4.tcp_rfc1337", 1)
                    .close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT)
                    .peer(RST)
                    .silence(50)
                    .state(CLOSED, TIME_WAIT_KEPT)
                    .shown(TIME_WAIT));

    private TimeWaitProtected() {}
}
