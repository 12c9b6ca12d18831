// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A process of its own that comes near its limit of descriptors. */
class DescriptorsIT {
    /** Opens as many listeners as each line that it reads says, after closing those it has. */
    private static final String PROGRAM = "use Socket; $| = 1; my @held; while (<STDIN>) { @held = (); for (1..$_) {"
            + " socket(my $s, PF_INET, SOCK_STREAM, 0) or die; bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die;"
            + " listen($s, 1) or die; push @held, $s; } print \"ready\\n\"; }";

    @Test
    void findsAProcessThatComesNearItsLimit() throws Exception {
        Requirement.root();
        Requirement.program("perl");
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                Process holder = new ProcessBuilder("sh", "-c", "ulimit -n 50; exec perl -e \"$0\"", PROGRAM)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                try (Ward ward = new Ward();
                        OutputStream orders = holder.getOutputStream();
                        BufferedReader answers = new BufferedReader(
                                new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8))) {
                    hold(10, orders, answers);
                    ward.staysWell();
                    hold(43, orders, answers);
                    Finding full = ward.await(FindingId.DESCRIPTOR_EXHAUSTION);
                    assertEquals(holder.pid(), full.holders().get(0).pid());
                    assertEquals(50, Ward.measure(full, "open_files_limit"));
                    hold(10, orders, answers);
                    ward.awaitGone(FindingId.DESCRIPTOR_EXHAUSTION);
                } finally {
                    holder.destroyForcibly().waitFor();
                }
                return true;
            });
        }
    }

    private static void hold(int sockets, OutputStream orders, BufferedReader answers) throws Exception {
        orders.write((sockets + "\n").getBytes(StandardCharsets.UTF_8));
        orders.flush();
        assertEquals("ready", answers.readLine());
    }
}
