// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.PerlSockets;
import io.tcpvigil.testing.Requirement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A process that keeps descriptors of connections that no table of the kernel shows any more. */
class HiddenClosedIT {
    private static final int MANY = 300;

    @BeforeAll
    static void needsRootAndPerl() {
        Requirement.root();
        Requirement.program("perl");
    }

    @Test
    void findsWhoKeepsConnectionsThatWereReset() throws Exception {
        Ward.inNamespace(ward -> {
            try (PerlSockets program = new PerlSockets()) {
                program.open(MANY);
                ward.staysWell();
                program.reset();
                Finding hidden = ward.await(FindingId.HIDDEN_CLOSED, each -> each.count() == MANY);
                assertEquals(program.pid(), hidden.holders().get(0).pid());
                program.closeAll();
                ward.awaitGone(FindingId.HIDDEN_CLOSED);
            }
        });
    }

    @Test
    void accusesNobodyOfTheSocketsOfAnotherNamespace() throws Exception {
        Ward.inNamespace(ward -> {
            try (PrivateNamespace other = PrivateNamespace.create(Libc.get());
                    PerlSockets busy = other.call(PerlSockets::new);
                    Connections here = new Connections(128).open(10)) {
                busy.open(MANY);
                ward.staysWell();
                // There they are as hidden as can be, and it is for those who look there to say so.
                busy.reset();
                ward.staysWell();
                assertEquals(10, here.clients.size());
            }
        });
    }
}
