// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.Failure.RESET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.7.4, SYN-RECEIVED: second, check the RST bit. */
final class ResetInSynReceived {
    static final Scenario SCENARIO = Scenario.named(
                    "reset-in-syn-received", "RST in SYN-RECEIVED: back to LISTEN, or closed")
            .client(s -> s.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .seq(0)
                    .state(SYN_RECEIVED)
                    .peer(RST)
                    .state(CLOSED)
                    .error(RESET))
            .server(s -> s.listen()
                    .state(LISTEN)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .peer(RST)
                    .state(LISTEN));

    private ResetInSynReceived() {}
}
