// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.TIMED_OUT;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.SYN_SENT;

import io.tcpvigil.lab.Scenario;

/** RFC 9293 section 3.10.8: user time-out in SYN-SENT. */
final class SynTimeout {
    static final Scenario SCENARIO = Scenario.named("syn-timeout", "our SYN is never answered, and the kernel gives up")
            .client(s -> s.sysctl("net.ipv4.tcp_syn_retries", 1)
                    .connect()
                    .kernel(SYN)
                    .state(SYN_SENT)
                    .kernelAgain(SYN)
                    .state(SYN_SENT)
                    .state(CLOSED)
                    .within(60_000)
                    .error(TIMED_OUT));

    private SynTimeout() {}
}
