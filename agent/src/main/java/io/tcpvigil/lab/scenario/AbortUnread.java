// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.ESTABLISHED;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.6.1: data is lost, so the peer is told with RST. */
final class AbortUnread {
    static final Scenario SCENARIO = Scenario.named("abort-unread", "close with data unread aborts")
            .established(s -> s.peer(ACK)
                    .length(10)
                    .kernel(ACK)
                    .state(ESTABLISHED)
                    .queues(10, 0)
                    .close()
                    .kernel(RST, ACK)
                    .state(CLOSED));

    private AbortUnread() {}
}
