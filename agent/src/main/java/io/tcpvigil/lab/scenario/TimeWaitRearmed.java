// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Deviation.TIME_WAIT_60S;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.TIME_WAIT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.7.4: FIN in TIME-WAIT. */
final class TimeWaitRearmed {
    static final Scenario SCENARIO = Scenario.named("time-wait-rearmed", "the FIN comes again: TIME-WAIT starts anew")
            .established(s -> s.close()
                    .kernel(FIN, ACK)
                    .state(FIN_WAIT_1)
                    .peer(FIN, ACK)
                    .kernel(ACK)
                    .state(TIME_WAIT)
                    .silence(2500)
                    .state(TIME_WAIT)
                    .timer(50_000, 57_700)
                    .note("the peer did not get that ACK")
                    .peer(FIN, ACK)
                    .seq(1)
                    .kernel(ACK)
                    .state(TIME_WAIT, TIME_WAIT_60S)
                    .timer(57_800, 60_000));

    private TimeWaitRearmed() {}
}
