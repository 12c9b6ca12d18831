// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.REQUEST_SOCKET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.LISTEN;
import static io.tcpvigil.tcp.TcpState.SYN_RECEIVED;

import io.tcpvigil.lab.Scenario;

/** SYN-RECEIVED with its retransmission. */
final class SynReceived {
    static final Scenario SCENARIO = Scenario.named("syn-received", "the final ACK is never sent: SYN-RECEIVED stands")
            .server(s -> s.listen()
                    .state(LISTEN)
                    .peer(SYN)
                    .kernel(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .note("the peer keeps silent; the SYN,ACK is sent again")
                    .kernelAgain(SYN, ACK)
                    .state(SYN_RECEIVED, REQUEST_SOCKET)
                    .queues(0, 0));

    private SynReceived() {}
}
