// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.tcp.TcpState.CLOSED;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.5: ABORT. */
final class AbortLinger {
    static final Scenario SCENARIO = Scenario.named("abort-linger", "close with SO_LINGER 0 aborts")
            .established(s -> s.abort().kernel(RST, ACK).state(CLOSED));

    private AbortLinger() {}
}
