// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.tcp.TcpState.LISTEN;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.1: passive OPEN. */
final class Listen {
    static final Scenario SCENARIO = Scenario.named("listen", "a listener waits")
            .server(s -> s.listen().state(LISTEN).queues(0, -1));

    private Listen() {}
}
