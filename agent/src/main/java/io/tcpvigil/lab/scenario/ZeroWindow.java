// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.ORPHAN_FIN_WAIT_2;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.4: CLOSE with data queued enters FIN-WAIT-1 in any case. */
final class ZeroWindow {
    static final Scenario SCENARIO = Scenario.named("zero-window", "no window: FIN-WAIT-1 before the FIN is sent")
            .established(s -> s.peer(ACK)
                    .window(0)
                    .write(100)
                    .close()
                    .state(FIN_WAIT_1)
                    .queues(-1, 101)
                    .note("nothing but a window probe goes out")
                    .kernel(ACK)
                    .seq(0)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .window(65_536)
                    .kernel(FIN, ACK)
                    .length(100)
                    .state(FIN_WAIT_1)
                    .peer(ACK)
                    .state(FIN_WAIT_2, ORPHAN_FIN_WAIT_2));

    private ZeroWindow() {}
}
