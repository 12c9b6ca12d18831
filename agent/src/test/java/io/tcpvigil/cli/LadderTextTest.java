// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lab.Deviation;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Ladder;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.lab.wire.TcpOptions;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.TcpState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a run looks like on the screen and as JSON, without a kernel. */
class LadderTextTest {
    private static final int KERNEL_BASE = -10;
    private static final int PEER_BASE = 500;
    private static final Scenario SCENARIO =
            Scenario.named("late", "a connection that ends").client(script -> script.connect());

    private static Ladder.Line segment(Ladder.Kind kind, int connection, Segment segment) {
        boolean fromKernel = kind == Ladder.Kind.FROM_KERNEL;
        return new Ladder.Line(
                kind,
                connection,
                "",
                segment,
                fromKernel ? KERNEL_BASE : PEER_BASE,
                fromKernel ? PEER_BASE : KERNEL_BASE,
                TcpState.CLOSED,
                TcpState.CLOSED,
                true);
    }

    private static Ladder.Line local(Ladder.Kind kind, String text) {
        return new Ladder.Line(kind, 1, text, null, 0, 0, null, null, false);
    }

    /** The kernel's data and FIN cross the end of its sequence numbers: from 2^32 - 9 to 5. */
    private static Outcome outcome(int connection, String failure) {
        Endpoint kernel = new Endpoint(Family.IPV4.kernel(), 40_000);
        Endpoint peer = new Endpoint(Family.IPV4.peer(), 80);
        Segment data = new Segment(
                kernel, peer, KERNEL_BASE + 1, PEER_BASE + 2, Set.of(Flag.FIN, Flag.ACK), 9, TcpOptions.NONE, 13);
        Segment reset = new Segment(peer, kernel, PEER_BASE + 2, 0, Set.of(Flag.RST), 0, TcpOptions.NONE, 0);
        return new Outcome(
                SCENARIO,
                Role.CLIENT,
                Family.IPV4,
                List.of(
                        local(Ladder.Kind.LOCAL, "write(13)"),
                        local(Ladder.Kind.NOTE, "a note with\u001b[31m colour"),
                        segment(Ladder.Kind.FROM_KERNEL, connection, data),
                        segment(Ladder.Kind.FROM_PEER, connection, reset)),
                Set.of(Deviation.CLOSED_IS_ABSENT),
                failure);
    }

    private static String print(Outcome outcome, boolean absolute) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            new LadderText(new Terminal(out, 80, false), absolute).print(outcome);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void printsRelativeNumbersAndNoControlCharacters() {
        assertEquals("""
                late: a connection that ends
                Kernel 192.0.2.1 is the client, the scripted peer is 192.0.2.2 (IPv4).

                    RFC 9293      kernel shows  kernel                                   peer
                 1.                             write(13)
                 2. -- a note with?[31m colour
                 3. CLOSED        -*            --> <SEQ=1><ACK=2><LEN=13><CTL=FIN,ACK>      -->
                 4. CLOSED        -*            <-- <SEQ=2><CTL=RST>                         <--

                  * closed-is-absent: CLOSED is in none of the kernel's tables, held by a
                    process or not
                  (more in: tcpvigil explain kernel-objects)
                Verdict: as RFC 9293 but for known deviations (*); netlink and /proc agree.
                """, print(outcome(1, ""), false));
    }

    @Test
    void fitsEightyColumns() {
        print(outcome(1, ""), false).lines().forEach(line -> assertTrue(line.length() <= 80, line));
    }

    @Test
    void printsNumbersAsOnTheWireWhenAsked() {
        String text = print(outcome(1, ""), true);
        assertTrue(text.contains("<SEQ=4294967287><ACK=502><LEN=13><CTL=FIN,ACK>"), text);
    }

    @Test
    void numbersTheConnectionsWhenThereAreSeveral() {
        String text = print(outcome(2, ""), false);
        assertTrue(text.contains("#2 --> <SEQ=1>"), text);
        assertTrue(text.contains("#1 write(13)"), text);
    }

    @Test
    void saysWhatDiffers() {
        String text = print(outcome(1, "the kernel should be silent"), false);
        assertTrue(text.endsWith("\nVerdict: DIFFERS: the kernel should be silent\n"), text);
    }

    @Test
    void writesOneLineOfJson() throws IOException {
        assertEquals(
                "{\"schema\":\"tcpvigil.lab/1\",\"scenario\":\"late\",\"role\":\"client\",\"family\":\"ipv4\","
                        + "\"verdict\":\"differs\",\"failure\":\"wrong\",\"deviations\":[\"closed-is-absent\"],"
                        + "\"expected\":[\"closed\",\"closed\"],\"observed\":[\"closed\",\"closed\"],"
                        + "\"segments\":[{\"from\":\"kernel\",\"connection\":1,\"flags\":\"FIN,ACK\","
                        + "\"seq\":4294967287,\"ack\":502,\"length\":13},"
                        + "{\"from\":\"peer\",\"connection\":1,\"flags\":\"RST\",\"seq\":502,\"length\":0}]}",
                LabJson.line(outcome(1, "wrong"), true));
    }
}
