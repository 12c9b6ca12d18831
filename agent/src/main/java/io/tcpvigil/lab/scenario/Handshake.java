// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 6. */
final class Handshake {
    static final Scenario SCENARIO = Scenario.named("handshake", "the three-way handshake (RFC 9293 figure 6)")
            .client(script -> script.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .peer(SYN, ACK)
                    .kernel(ACK)
                    .state(ESTABLISHED))
            .server(script -> script.listen()
                    .state(LISTEN)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .peer(ACK)
                    .state(ESTABLISHED)
                    .accept());

    private Handshake() {}
}
