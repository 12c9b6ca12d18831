// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.REFUSED;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.7.3: RST in SYN-SENT. */
final class Refused {
    static final Scenario SCENARIO = Scenario.named("refused", "our SYN is refused")
            .client(s -> s.connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .peer(RST, ACK)
                    .state(CLOSED)
                    .error(REFUSED));

    private Refused() {}
}
