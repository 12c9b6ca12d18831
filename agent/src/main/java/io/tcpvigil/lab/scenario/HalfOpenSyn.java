// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.RESET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 figure 9: the kernel as TCP Peer A, which crashed (client), and as B (server). */
final class HalfOpenSyn {
    static final Scenario SCENARIO = Scenario.named(
                    "half-open-syn", "one side crashed and opens anew (RFC 9293 figure 9)")
            .client(s -> s.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .note("the peer still has the connection from before our crash")
                    .peer(ACK)
                    .seq(700)
                    .ack(100)
                    .kernel(RST)
                    .seq(100)
                    .state(SYN_SENT)
                    .note("that has cleared the peer; our SYN is sent again")
                    .kernelAgain(SYN)
                    .peer(SYN, ACK)
                    .kernel(ACK)
                    .state(ESTABLISHED))
            .server(s -> s.openPassively()
                    .note("the peer has crashed and opens again from the same port")
                    .peer(SYN)
                    .seq(400)
                    .kernel(ACK)
                    .state(ESTABLISHED)
                    .note("that ACK makes no sense to it")
                    .peer(RST)
                    .state(CLOSED)
                    .read(0)
                    .fails(RESET));

    private HalfOpenSyn() {}
}
