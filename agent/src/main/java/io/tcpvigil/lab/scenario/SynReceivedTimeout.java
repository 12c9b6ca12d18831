// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.8: user time-out in SYN-RECEIVED; back to LISTEN. */
final class SynReceivedTimeout {
    static final Scenario SCENARIO = Scenario.named(
                    "syn-received-timeout", "the final ACK is never sent, and the kernel gives up")
            .server(s -> s.sysctl("net.ipv4.tcp_synack_retries", 1)
                    .listen()
                    .state(LISTEN)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .kernelAgain(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .state(LISTEN)
                    .within(60_000));

    private SynReceivedTimeout() {}
}
