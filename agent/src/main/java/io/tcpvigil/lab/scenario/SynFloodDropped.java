// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.Deviation.SYN_DROPPED;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;

import io.tcpvigil.lab.Scenario;

/** As syn-flood with tcp_syncookies 0. */
final class SynFloodDropped {
    static final Scenario SCENARIO = Scenario.named(
                    "syn-flood-dropped", "SYNs beyond the backlog are dropped when cookies are off")
            .server(s -> s.sysctl("net.ipv4.tcp_syncookies", 0)
                    .listen(2)
                    .state(LISTEN)
                    .connections(
                            1, 3, (each, n) -> each.peer(SYN).kernel(SYN, ACK).state(SYN_RECEIVED, REQUEST_SOCKET))
                    .note("the SYN queue is full")
                    .connection(4)
                    .peer(SYN)
                    .silence(100)
                    .state(SYN_RECEIVED, SYN_DROPPED)
                    .shown(CLOSED));

    private SynFloodDropped() {}
}
