// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.scenario;

import static io.tcpvigil.lab.Failure.BROKEN_PIPE;
import static io.tcpvigil.lab.Failure.RESET;
import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.RST;
import static io.tcpvigil.tcp.TcpState.CLOSED;
import static io.tcpvigil.tcp.TcpState.CLOSE_WAIT;
import static io.tcpvigil.tcp.TcpState.CLOSING;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_1;
import static io.tcpvigil.tcp.TcpState.FIN_WAIT_2;
import static io.tcpvigil.tcp.TcpState.LAST_ACK;
import static io.tcpvigil.tcp.TcpState.LISTEN;

import io.tcpvigil.lab.Scenario;
import io.tcpvigil.lab.Script;
import java.util.function.Consumer;

/** RFC 9293 section 3.10.7.4, second: check the RST bit. */
final class ResetInEachState {
    static final Scenario SCENARIO = Scenario.named(
                    "reset-in-each-state", "RST in ESTABLISHED and in every state after it")
            .client(s -> closing(s, Script::openActively))
            .server(s -> closing(s.listen().state(LISTEN), Script::admit));

    private ResetInEachState() {}

    private static void closing(Script s, Consumer<Script> open) {
        open.accept(s.connection(1).note("ESTABLISHED"));
        s.peer(RST).state(CLOSED).read(0).fails(RESET);
        open.accept(s.connection(2).note("FIN-WAIT-1"));
        s.shutdown()
                .kernel(FIN, ACK)
                .state(FIN_WAIT_1)
                .peer(RST)
                .state(CLOSED)
                .read(0)
                .fails(RESET);
        open.accept(s.connection(3).note("FIN-WAIT-2"));
        s.shutdown()
                .kernel(FIN, ACK)
                .state(FIN_WAIT_1)
                .peer(ACK)
                .state(FIN_WAIT_2)
                .peer(RST)
                .state(CLOSED)
                .read(0)
                .fails(RESET);
        open.accept(s.connection(4).note("CLOSE-WAIT"));
        s.peer(FIN, ACK).kernel(ACK).state(CLOSE_WAIT).peer(RST).state(CLOSED).error(BROKEN_PIPE);
        open.accept(s.connection(5).note("CLOSING"));
        s.shutdown()
                .kernel(FIN, ACK)
                .state(FIN_WAIT_1)
                .peer(FIN, ACK)
                .ack(1)
                .kernel(ACK)
                .state(CLOSING)
                .peer(RST)
                .state(CLOSED);
        open.accept(s.connection(6).note("LAST-ACK"));
        s.peer(FIN, ACK)
                .kernel(ACK)
                .state(CLOSE_WAIT)
                .close()
                .kernel(FIN, ACK)
                .state(LAST_ACK)
                .peer(RST)
                .state(CLOSED);
    }
}
