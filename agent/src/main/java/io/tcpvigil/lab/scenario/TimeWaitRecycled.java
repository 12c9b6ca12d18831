// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.PORT_RECYCLED;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** tcp_tw_reuse; one local port, so that connect must. */
final class TimeWaitRecycled {
    static final Scenario SCENARIO = Scenario.named(
                    "time-wait-recycled", "our own connect takes over a port in TIME-WAIT")
            .client(s -> s.sysctl("net.ipv4.ip_local_port_range", "40000 40000")
                    .sysctl("net.ipv4.tcp_tw_reuse", 1)
                    .openActively()
                    .close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT)
                    .note("a second later the same port may be used again")
                    .silence(1200)
                    .incarnation()
                    .connect()
                    .kernel(SYN)
                    .state(SYN_SENT, PORT_RECYCLED)
                    .peer(SYN, ACK)
                    .kernel(ACK)
                    .state(ESTABLISHED));

    private TimeWaitRecycled() {}
}
