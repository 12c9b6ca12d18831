// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.Deviation.SYN_COOKIE;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;

import io.tcpvigil.lab.Scenario;

/** The SYN queue fills (backlog + 1), then cookies: nothing is kept until a final ACK proves the peer real. */
final class SynFlood {
    static final Scenario SCENARIO = Scenario.named(
                    "syn-flood", "SYNs beyond the backlog are answered with SYN cookies")
            .server(s -> s.listen(2)
                    .state(LISTEN)
                    .connections(
                            1, 3, (each, n) -> each.peer(SYN).kernel(SYN, ACK).state(SYN_RECEIVED, REQUEST_SOCKET))
                    .note("the SYN queue is full")
                    .connection(4)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, SYN_COOKIE)
                    .shown(CLOSED)
                    .peer(ACK)
                    .state(ESTABLISHED)
                    .accept());

    private SynFlood() {}
}
