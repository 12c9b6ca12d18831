// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 8: the kernel as TCP Peer A (client) and as B (server). */
final class OldDuplicateSyn {
    static final Scenario SCENARIO = Scenario.named(
                    "old-duplicate-syn", "an old duplicate SYN is survived (RFC 9293 figure 8)")
            .client(s -> s.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .note("the peer answers an old duplicate of our SYN")
                    .peer(SYN, ACK)
                    .seq(5000)
                    .ack(-9)
                    .kernel(RST)
                    .seq(-9)
                    .state(SYN_SENT)
                    .note("now it answers the right one")
                    .peer(SYN, ACK)
                    .kernel(ACK)
                    .state(ESTABLISHED))
            .server(s -> s.listen()
                    .state(LISTEN)
                    .note("an old SYN arrives first")
                    .peer(SYN)
                    .seq(-10)
                    .kernel(SYN, ACK)
                    .ack(-9)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .note("the peer does not know of it")
                    .peer(RST)
                    .seq(-9)
                    .state(LISTEN)
                    .incarnation()
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .peer(ACK)
                    .state(ESTABLISHED)
                    .accept());

    private OldDuplicateSyn() {}
}
