// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.7.4: RST in TIME-WAIT; with tcp_rfc1337 0, the default. */
final class TimeWaitAssassinated {
    static final Scenario SCENARIO = Scenario.named("time-wait-assassinated", "a RST ends TIME-WAIT early (RFC 1337)")
            .established(s -> s.close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT)
                    .peer(RST)
                    .state(CLOSED));

    private TimeWaitAssassinated() {}
}
