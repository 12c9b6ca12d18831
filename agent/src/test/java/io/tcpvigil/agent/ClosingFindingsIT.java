// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.KernelRest;
import io.tcpvigil.testing.Requirement;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections that do not end as they should, in a network namespace of their own; and their healthy twins. */
@Tag("once") // what the kernel does is no matter of Java
class ClosingFindingsIT {
    private static final int MANY = 30;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    @Test
    void findsConnectionsThatNobodyReadsOrCloses() throws Exception {
        Ward.inNamespace(ward -> {
            try (Connections leaking = new Connections(128).open(MANY)) {
                Connections.writeAll(leaking.clients);
                Connections.shutdownAll(leaking.clients);
                Finding leak = ward.await(FindingId.CLOSE_WAIT_LEAK, each -> each.count() == MANY);
                assertEquals(MANY, leak.count());
                assertEquals(Scope.Kind.PROCESS, leak.scope().kind());
                assertEquals(
                        ProcessHandle.current().pid(), leak.holders().get(0).pid());
                assertEquals(List.of(leaking.port()), leak.ports());
                assertEquals(MANY, Ward.measure(leak, "accepted_not_read"));
                assertTrue(leak.remedy().contains("never read"), leak.remedy());
                // The other end is held, too, and waits as vainly.
                Finding held =
                        ward.await(FindingId.FIN_WAIT_2_PILE, each -> Ward.measure(each, "fin_wait_2_held") == MANY);
                assertEquals(MANY, Ward.measure(held, "fin_wait_2_held"));

                Connections.readAll(leaking.servers);
                Finding read =
                        ward.await(FindingId.CLOSE_WAIT_LEAK, each -> Ward.measure(each, "read_not_closed") == MANY);
                assertTrue(read.remedy().contains("close() is missing"), read.remedy());

                Connections.closeAll(leaking.servers);
                ward.awaitGone(FindingId.CLOSE_WAIT_LEAK, FindingId.FIN_WAIT_2_PILE);
            }
        });
    }

    @Test
    void findsNothingWrongWithConnectionsThatAreHalfClosedAndInUse() throws Exception {
        Ward.inNamespace(ward -> {
            try (Connections busy = new Connections(128).open(MANY)) {
                Connections.shutdownAll(busy.clients);
                for (int i = 0; i < 6; i++) {
                    Thread.sleep(300);
                    // At once before the look: a machine that stands still in between is not to make them look unused.
                    Connections.writeAll(busy.servers);
                    assertEquals(List.of(), ward.look());
                }
                // And now that they are not in use any more, they are found: the test could have failed.
                ward.await(FindingId.CLOSE_WAIT_LEAK);
            }
        });
    }

    @Test
    void tellsFinWait2WithoutAProcessFromOneThatIsHeld() throws Exception {
        Ward.inNamespace(ward -> {
            Ward.sysctl("tcp_max_tw_buckets", "100");
            try (Connections waiting = new Connections(128).open(MANY)) {
                Connections.closeAll(waiting.clients);
                ward.await(
                        FindingId.FIN_WAIT_2_PILE,
                        each -> each.scope().kind() == Scope.Kind.NAMESPACE
                                && Ward.measure(each, "fin_wait_2_orphaned") == MANY);
                Connections.closeAll(waiting.servers);
                ward.awaitGone(FindingId.FIN_WAIT_2_PILE);
            }
        });
    }

    @Test
    void findsFinsThatAPeerWithoutRoomDoesNotTake() throws Exception {
        Ward.inNamespace(ward -> {
            try (Connections first = new Connections(128).open(10);
                    Connections second = new Connections(128).open(10)) {
                Connections.fillAll(first.clients);
                Connections.fillAll(second.clients);
                Connections.shutdownAll(second.servers);
                ward.staysWell();
                Connections.closeAll(first.clients);
                Connections.readAll(second.clients);
                Connections.closeAll(second.clients);
                Finding ours =
                        ward.await(FindingId.FIN_WAIT_1_STUCK, each -> Ward.measure(each, "closed_window") == 10);
                assertTrue(ours.remedy().contains("do not read"), ours.remedy());
                ward.await(FindingId.LAST_ACK_STUCK, each -> Ward.measure(each, "stuck") == 10);
                Connections.readAll(first.servers);
                Connections.readAll(second.servers);
                ward.awaitGone(FindingId.FIN_WAIT_1_STUCK, FindingId.LAST_ACK_STUCK);
            }
        });
    }

    @Test
    void findsTimeWaitAtItsLimitAndWhatIsSkipped() throws Exception {
        Ward.inNamespace(ward -> {
            Ward.sysctl("tcp_max_tw_buckets", "20");
            try (Connections closed = new Connections(256).open(15)) {
                Connections.closeAll(closed.servers);
                Connections.readAll(closed.clients);
                Connections.closeAll(closed.clients);
                ward.staysWell();
                closed.open(MANY);
                Connections.closeAll(closed.servers);
                Connections.readAll(closed.clients);
                Connections.closeAll(closed.clients);
                KernelRest.await();
                Finding overflow = ward.await(FindingId.TIME_WAIT_OVERFLOW);
                assertEquals(MANY - 5, overflow.count());
                ward.awaitAt(FindingId.TIME_WAIT_PILE, Scope.Kind.NAMESPACE);
                Ward.sysctl("tcp_max_tw_buckets", "4096");
                ward.awaitGone(FindingId.TIME_WAIT_PILE, FindingId.TIME_WAIT_OVERFLOW);
            }
        });
    }
}
