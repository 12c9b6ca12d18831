// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A process that keeps descriptors of connections that no table of the kernel shows any more. */
class HiddenClosedIT {
    private static final int MANY = 300;

    /** Does what each line says: opens pairs of sockets, resets one of each, closes all. */
    private static final String PROGRAM = """
            use Socket; $| = 1; my (@clients, @servers);
            socket(my $l, PF_INET, SOCK_STREAM, 0) or die; bind($l, sockaddr_in(0, INADDR_LOOPBACK)) or die;
            listen($l, 8) or die;
            while (my $order = <STDIN>) {
              if ($order =~ /open (\\d+)/) { for (1 .. $1) {
                socket(my $c, PF_INET, SOCK_STREAM, 0) or die; connect($c, getsockname($l)) or die;
                accept(my $s, $l) or die; push(@clients, $c); push(@servers, $s); } }
              if ($order =~ /reset/) {
                setsockopt($_, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) or die for @servers; @servers = (); }
              if ($order =~ /close/) { @clients = (); @servers = (); }
              print "ready\\n";
            }
            """;

    @BeforeAll
    static void needsRootAndPerl() {
        Requirement.root();
        Requirement.program("perl");
    }

    /** The program in the network namespace of the thread that starts it. */
    private static final class Program implements AutoCloseable {
        private final Process process = new ProcessBuilder("perl", "-e", PROGRAM)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        private final OutputStream orders = process.getOutputStream();
        private final BufferedReader answers =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));

        Program() throws IOException {}

        void order(String order) throws IOException {
            orders.write((order + "\n").getBytes(StandardCharsets.UTF_8));
            orders.flush();
            assertEquals("ready", answers.readLine());
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    @Test
    void findsWhoKeepsConnectionsThatWereReset() throws Exception {
        Ward.inNamespace(ward -> {
            try (Program program = new Program()) {
                program.order("open " + MANY);
                ward.staysWell();
                program.order("reset");
                Finding hidden = ward.await(FindingId.HIDDEN_CLOSED, each -> each.count() == MANY);
                assertEquals(program.process.pid(), hidden.holders().get(0).pid());
                program.order("close");
                ward.awaitGone(FindingId.HIDDEN_CLOSED);
            }
        });
    }

    @Test
    void accusesNobodyOfTheSocketsOfAnotherNamespace() throws Exception {
        Ward.inNamespace(ward -> {
            try (PrivateNamespace other = PrivateNamespace.create(Libc.get());
                    Program busy = other.call(Program::new);
                    Connections here = new Connections(128).open(10)) {
                busy.order("open " + MANY);
                ward.staysWell();
                // There they are as hidden as can be, and it is for those who look there to say so.
                busy.order("reset");
                ward.staysWell();
                assertEquals(10, here.clients.size());
            }
        });
    }
}
