// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.ORPHAN_RETRIES;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;

import io.tcpvigil.lab.Scenario;

/** tcp_orphan_retries. */
final class FinWait1Orphan {
    static final Scenario SCENARIO = Scenario.named(
                    "fin-wait-1-orphan", "our FIN is never acknowledged; the kernel gives up")
            .established(s -> s.sysctl("net.ipv4.tcp_orphan_retries", 2)
                    .close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .kernelAgain(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .state(CLOSED, ORPHAN_RETRIES)
                    .within(60_000));

    private FinWait1Orphan() {}
}
