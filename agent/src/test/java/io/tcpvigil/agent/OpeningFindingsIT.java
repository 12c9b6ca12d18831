// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.Requirement;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that do not come up, or are torn down, in a network namespace of their own; and their healthy twins. */
@Tag("once") // what the kernel does is no matter of Java
class OpeningFindingsIT {
    private static final int MANY = 30;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    @Test
    void findsAFullAcceptQueueAndWhoWaitsForIt() throws Exception {
        Ward.inNamespace(ward -> {
            try (Connections full = new Connections(1)) {
                full.connect(MANY);
                Finding queue = ward.await(FindingId.ACCEPT_QUEUE_FULL);
                assertEquals(Severity.CRITICAL, queue.severity());
                assertEquals(Scope.Kind.PORT, queue.scope().kind());
                assertEquals(List.of(full.port()), queue.ports());
                assertEquals(2, Ward.measure(queue, "accept_queue"));
                assertEquals(1, queue.holders().size());
                // SYNs are dropped, so that to the clients the port looks filtered; two connections stand, which tells.
                Finding unanswered =
                        ward.await(FindingId.SYN_SENT_PILE, each -> Ward.measure(each, "syn_sent_again") == MANY - 2);
                assertTrue(unanswered.remedy().contains("its queue is full"), unanswered.remedy());
                Finding drops = ward.await(FindingId.LISTEN_DROPS);
                assertTrue(drops.remedy().contains("overflows"), drops.remedy());

                Connections.closeAll(full.clients);
                full.servers.add(full.listener.accept());
                full.servers.add(full.listener.accept());
                Connections.closeAll(full.servers);
                ward.awaitGone(FindingId.ACCEPT_QUEUE_FULL, FindingId.SYN_SENT_PILE, FindingId.LISTEN_DROPS);
            }
        });
    }

    @Test
    void findsNothingWrongWithAQueueThatHasRoom() throws Exception {
        Ward.inNamespace(ward -> {
            try (Connections room = new Connections(128)) {
                room.connect(MANY);
                ward.staysWell();
            }
        });
    }

    @Test
    void findsConnectsThatAreRefused() throws Exception {
        Ward.inNamespace(ward -> {
            InetSocketAddress nobody;
            try (Connections closed = new Connections(128).open(MANY)) {
                nobody = (InetSocketAddress) closed.listener.getLocalAddress();
            }
            // Some are refused on any host.
            connectInVain(nobody, 9);
            ward.staysWell();
            connectInVain(nobody, MANY);
            Finding failures = ward.await(FindingId.CONNECT_FAILURES);
            assertTrue(failures.count() >= MANY, failures.toString());
            assertTrue(failures.remedy().contains("refused"), failures.remedy());
            ward.awaitGone(FindingId.CONNECT_FAILURES);
        });
    }

    private static void connectInVain(InetSocketAddress nobody, int times) {
        for (int i = 0; i < times; i++) {
            assertThrows(
                    ConnectException.class, () -> SocketChannel.open(nobody).close());
        }
    }

    @Test
    void findsConnectionsThatAreReset() throws Exception {
        Ward.inNamespace(ward -> {
            try (Connections polite = new Connections(128).open(100)) {
                Connections.closeAll(polite.clients);
                Connections.readAll(polite.servers);
                Connections.closeAll(polite.servers);
                ward.staysWell();
            }
            try (Connections rude = new Connections(1024).open(400)) {
                Connections.resetAll(rude.servers);
                Finding storm = ward.await(FindingId.RESET_STORM);
                assertTrue(storm.remedy().contains("SO_LINGER"), storm.remedy());
                ward.awaitGone(FindingId.RESET_STORM);
            }
        });
    }
}
