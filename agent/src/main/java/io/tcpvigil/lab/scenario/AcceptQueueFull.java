// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.ACCEPT_QUEUE_FULL;
import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.Deviation.SYN_DROPPED;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;

import io.tcpvigil.lab.Scenario;

/** The queue is full when it is longer than the backlog. */
final class AcceptQueueFull {
    static final Scenario SCENARIO = Scenario.named(
                    "accept-queue-full", "nobody accepts: final ACKs, then SYNs are dropped")
            .server(s -> s.listen(1)
                    .state(LISTEN)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .peer(ACK)
                    .state(ESTABLISHED)
                    .connections(
                            2, 3, (each, n) -> each.peer(SYN).kernel(SYN, ACK).state(SYN_RECEIVED, REQUEST_SOCKET))
                    .connection(2)
                    .peer(ACK)
                    .state(ESTABLISHED)
                    .note("the accept queue is full now: backlog + 1")
                    .connection(3)
                    .peer(ACK)
                    .state(ESTABLISHED, ACCEPT_QUEUE_FULL)
                    .shown(SYN_RECEIVED)
                    .connection(4)
                    .peer(SYN)
                    .silence(100)
                    .state(SYN_RECEIVED, SYN_DROPPED)
                    .shown(CLOSED)
                    .connection(3)
                    .kernelAgain(SYN, ACK)
                    .state(ESTABLISHED, ACCEPT_QUEUE_FULL)
                    .shown(SYN_RECEIVED)
                    .connection(1)
                    .accept()
                    .note("room again: the next ACK is taken")
                    .connection(3)
                    .peer(ACK)
                    .state(ESTABLISHED));

    private AcceptQueueFull() {}
}
