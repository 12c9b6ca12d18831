// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.ORPHAN_FIN_WAIT_2;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.6.1: data that nobody can read is answered with RST. */
final class FinWait2Data {
    static final Scenario SCENARIO = Scenario.named(
                    "fin-wait-2-data", "the peer sends data to an application that is gone")
            .established(s -> s.close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .state(FIN_WAIT_2, ORPHAN_FIN_WAIT_2)
                    .peer(ACK)
                    .length(10)
                    .kernel(RST)
                    .state(CLOSED));

    private FinWait2Data() {}
}
