// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Programs that misbehave in a network namespace of their own: found, and over when they stop; and their healthy twins. */
class FindingsIT {
    private static final int MANY = 30;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    private interface Story {
        void tell(Ward ward) throws Exception;
    }

    private static void inNamespace(Story story) throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.withOwnTable(Libc.get(), 4096)) {
            namespace.call(() -> {
                try (Ward ward = new Ward()) {
                    story.tell(ward);
                }
                return true;
            });
        }
    }

    @Test
    void findsConnectionsThatNobodyReadsOrCloses() throws Exception {
        inNamespace(ward -> {
            try (Connections leaking = new Connections(128).open(MANY)) {
                Connections.writeAll(leaking.clients);
                Connections.shutdownAll(leaking.clients);
                Finding leak = ward.await(FindingId.CLOSE_WAIT_LEAK);
                assertEquals(MANY, leak.count());
                assertEquals(Scope.Kind.PROCESS, leak.scope().kind());
                assertEquals(
                        ProcessHandle.current().pid(), leak.holders().get(0).pid());
                assertEquals(List.of(leaking.port()), leak.ports());
                assertEquals(MANY, Ward.measure(leak, "accepted_not_read"));
                assertTrue(leak.remedy().contains("never read"), leak.remedy());
                // The other end is held, too, and waits as vainly.
                Finding held = ward.await(FindingId.FIN_WAIT_2_PILE);
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
        inNamespace(ward -> {
            try (Connections busy = new Connections(128).open(MANY)) {
                Connections.shutdownAll(busy.clients);
                for (int i = 0; i < 6; i++) {
                    Connections.writeAll(busy.servers);
                    Thread.sleep(300);
                    assertEquals(List.of(), ward.look());
                }
                // And now that they are not in use any more, they are found: the test could have failed.
                ward.await(FindingId.CLOSE_WAIT_LEAK);
            }
        });
    }

    @Test
    void tellsFinWait2WithoutAProcessFromOneThatIsHeld() throws Exception {
        inNamespace(ward -> {
            Ward.sysctl("tcp_max_tw_buckets", "100");
            try (Connections waiting = new Connections(128).open(MANY)) {
                Connections.closeAll(waiting.clients);
                Finding pile = ward.awaitAt(FindingId.FIN_WAIT_2_PILE, Scope.Kind.NAMESPACE);
                assertEquals(MANY, Ward.measure(pile, "fin_wait_2_orphaned"));
                Connections.closeAll(waiting.servers);
                ward.awaitGone(FindingId.FIN_WAIT_2_PILE);
            }
        });
    }

    @Test
    void findsAFullAcceptQueueAndWhoWaitsForIt() throws Exception {
        inNamespace(ward -> {
            try (Connections full = new Connections(1)) {
                full.connect(MANY);
                Finding queue = ward.await(FindingId.ACCEPT_QUEUE_FULL);
                assertEquals(Severity.CRITICAL, queue.severity());
                assertEquals(Scope.Kind.PORT, queue.scope().kind());
                assertEquals(List.of(full.port()), queue.ports());
                assertEquals(2, Ward.measure(queue, "accept_queue"));
                assertEquals(1, queue.holders().size());
                // SYNs are dropped, so that to the clients the port looks filtered; two connections stand, which tells.
                Finding unanswered = ward.await(FindingId.SYN_SENT_PILE);
                assertEquals(MANY - 2, Ward.measure(unanswered, "syn_sent_again"));
                assertTrue(unanswered.remedy().contains("its queue is full"), unanswered.remedy());
                Finding drops = ward.await(FindingId.LISTEN_DROPS);
                assertTrue(drops.remedy().contains("overflows"), drops.remedy());

                Connections.closeAll(full.clients);
                full.servers.add(full.listener.accept());
                full.servers.add(full.listener.accept());
                Connections.closeAll(full.servers);
                ward.awaitGone(FindingId.ACCEPT_QUEUE_FULL, FindingId.SYN_SENT_PILE);
            }
        });
    }

    @Test
    void findsNothingWrongWithAQueueThatHasRoom() throws Exception {
        inNamespace(ward -> {
            try (Connections room = new Connections(128)) {
                room.connect(MANY);
                ward.staysWell();
            }
        });
    }

    @Test
    void findsPortsToOneDestinationRunningOut() throws Exception {
        inNamespace(ward -> {
            Ward.sysctl("ip_local_port_range", "40000 40099");
            try (Connections filling = new Connections(256);
                    Connections other = new Connections(256)) {
                filling.open(70);
                other.open(5);
                ward.staysWell();
                filling.open(15);
                Finding near = ward.awaitAt(FindingId.EPHEMERAL_EXHAUSTION, Scope.Kind.DESTINATION);
                assertEquals(List.of(filling.port()), near.ports());
                int free = (int) Ward.measure(near, "ports_available") - 85;
                for (int i = 0; i < free; i++) {
                    filling.open(1);
                }
                assertThrows(SocketException.class, () -> filling.open(1));
                other.open(1);
                Finding out = ward.await(FindingId.EPHEMERAL_EXHAUSTION, each -> each.severity() == Severity.CRITICAL);
                if (ward.hasProbe()) {
                    out = ward.awaitAt(FindingId.EPHEMERAL_EXHAUSTION, Scope.Kind.NAMESPACE);
                    assertEquals(1, Ward.measure(out, "connects_without_port"));
                }
                assertEquals(List.of(filling.port()), out.ports());

                // Closed by the server: its TIME-WAITs hold none of the client's ports.
                Connections.closeAll(filling.servers);
                Connections.readAll(filling.clients);
                Connections.closeAll(filling.clients);
                ward.await(FindingId.EPHEMERAL_EXHAUSTION, each -> true);
                long deadline = System.nanoTime() + 30_000_000_000L;
                while (ward.look().stream().anyMatch(each -> each.scope().kind() == Scope.Kind.DESTINATION)) {
                    assertTrue(System.nanoTime() - deadline < 0);
                    Thread.sleep(50);
                }
            }
        });
    }

    @Test
    void foretellsHalfWayWhenThePortsWillBeUsedUp() throws Exception {
        inNamespace(ward -> {
            Ward.sysctl("ip_local_port_range", "40000 40099");
            try (Connections filling = new Connections(256);
                    Connections other = new Connections(256).open(5)) {
                long start = System.nanoTime();
                int opened = 0;
                double foretold = 0;
                boolean room = true;
                while (room) {
                    try {
                        filling.open(1);
                        opened++;
                    } catch (SocketException noPort) {
                        room = false;
                    }
                    if (opened == 49 && foretold == 0) {
                        Finding soon = ward.awaitAt(FindingId.EPHEMERAL_EXHAUSTION, Scope.Kind.DESTINATION);
                        assertEquals(List.of(filling.port()), soon.ports());
                        foretold = (System.nanoTime() - start) / 1e9 + Ward.measure(soon, "exhausted_in_seconds");
                    }
                    List<Finding> found = ward.look();
                    assertTrue(found.stream().noneMatch(each -> isAbout(each, other)), found.toString());
                    Thread.sleep(60);
                }
                double truth = (System.nanoTime() - start) / 1e9;
                assertEquals(truth, foretold, 0.2 * truth);
            }
        });
    }

    private static boolean isAbout(Finding finding, Connections connections) {
        try {
            return finding.ports().contains(connections.port());
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    @Test
    void findsTimeWaitThatHoldsThePortsToADestinationAndLeavesThatOfAServerAlone() throws Exception {
        inNamespace(ward -> {
            try (Connections served = new Connections(256);
                    Connections churned = new Connections(256)) {
                // Clients get other ports than listeners: the TIME-WAIT of a server must not look like one of a client.
                Ward.sysctl("ip_local_port_range", "2000 2099");
                Ward.sysctl("tcp_tw_reuse", "0");
                served.open(75);
                Connections.closeAll(served.servers);
                Connections.readAll(served.clients);
                Connections.closeAll(served.clients);
                ward.staysWell();
                churned.open(75);
                Connections.closeAll(churned.clients);
                Connections.readAll(churned.servers);
                Connections.closeAll(churned.servers);
                Finding pile = ward.awaitAt(FindingId.TIME_WAIT_PILE, Scope.Kind.DESTINATION);
                assertEquals(75, Ward.measure(pile, "time_wait"));
                assertEquals(List.of(churned.port()), pile.ports());
                // On loopback, where we are, TIME-WAIT may then be taken over after a second.
                Ward.sysctl("tcp_tw_reuse", "2");
                ward.awaitGone(FindingId.TIME_WAIT_PILE);
            }
        });
    }

    @Test
    void findsTimeWaitAtItsLimitAndWhatIsSkipped() throws Exception {
        inNamespace(ward -> {
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
                ward.awaitAt(FindingId.TIME_WAIT_PILE, Scope.Kind.NAMESPACE);
                Finding overflow = ward.await(FindingId.TIME_WAIT_OVERFLOW);
                assertEquals(MANY - 5, overflow.count());
                Ward.sysctl("tcp_max_tw_buckets", "4096");
                ward.awaitGone(FindingId.TIME_WAIT_PILE);
            }
        });
    }

    @Test
    void findsFinsThatAPeerWithoutRoomDoesNotTake() throws Exception {
        inNamespace(ward -> {
            try (Connections first = new Connections(128).open(10);
                    Connections second = new Connections(128).open(10)) {
                Connections.fillAll(first.clients);
                Connections.fillAll(second.clients);
                Connections.shutdownAll(second.servers);
                ward.staysWell();
                Connections.closeAll(first.clients);
                Connections.readAll(second.clients);
                Connections.closeAll(second.clients);
                Finding ours = ward.await(FindingId.FIN_WAIT_1_STUCK);
                assertEquals(10, Ward.measure(ours, "closed_window"));
                assertTrue(ours.remedy().contains("do not read"), ours.remedy());
                Finding theirs = ward.await(FindingId.LAST_ACK_STUCK);
                assertEquals(10, Ward.measure(theirs, "stuck"));
                Connections.readAll(first.servers);
                Connections.readAll(second.servers);
                ward.awaitGone(FindingId.FIN_WAIT_1_STUCK, FindingId.LAST_ACK_STUCK);
            }
        });
    }

    @Test
    void findsPortsThatBindHoldsFromConnect() throws Exception {
        inNamespace(ward -> {
            Ward.sysctl("ip_local_port_range", "40000 40099");
            List<SocketChannel> bound = new ArrayList<>();
            try {
                bind(bound, 30);
                ward.staysWell();
                bind(bound, 30);
                Finding held = ward.await(FindingId.PORT_CONFLICT_POOLS);
                assertEquals(60, held.count());
                Connections.closeAll(bound);
                ward.awaitGone(FindingId.PORT_CONFLICT_POOLS);
            } finally {
                Connections.closeAll(bound);
            }
        });
    }

    private static void bind(List<SocketChannel> bound, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            bound.add(SocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        }
    }

    @Test
    void findsConnectsThatAreRefused() throws Exception {
        inNamespace(ward -> {
            InetSocketAddress nobody;
            try (Connections closed = new Connections(128).open(MANY)) {
                nobody = (InetSocketAddress) closed.listener.getLocalAddress();
                ward.staysWell();
            }
            for (int i = 0; i < MANY; i++) {
                assertThrows(
                        ConnectException.class, () -> SocketChannel.open(nobody).close());
            }
            Finding failures = ward.await(FindingId.CONNECT_FAILURES);
            assertEquals(MANY, failures.count());
            assertTrue(failures.remedy().contains("refused"), failures.remedy());
        });
    }

    @Test
    void findsConnectionsThatAreReset() throws Exception {
        inNamespace(ward -> {
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
            }
        });
    }

    @Test
    void findsDescriptorsOfConnectionsThatAreInNoTable() throws Exception {
        inNamespace(ward -> {
            try (Connections gone = new Connections(1024).open(400)) {
                for (int i = 0; i < 6; i++) {
                    assertEquals(List.of(), ward.look());
                }
                // Both ends are over, one descriptor of each is kept.
                Connections.resetAll(gone.servers);
                Finding hidden = ward.await(FindingId.HIDDEN_CLOSED);
                assertTrue(hidden.count() >= 300, hidden.toString());
                Connections.closeAll(gone.clients);
                ward.awaitGone(FindingId.HIDDEN_CLOSED);
            }
        });
    }

    @Test
    void findsConnectionsThatShouldBePooled() throws Exception {
        inNamespace(ward -> {
            try (Connections pooled = new Connections(128).open(MANY)) {
                for (int i = 0; i < 100; i++) {
                    Connections.writeAll(pooled.clients);
                }
                ward.staysWell();
            }
            try (Connections churned = new Connections(128)) {
                for (int i = 0; i < 250; i++) {
                    churned.open(1);
                    Connections.closeAll(churned.clients);
                    Connections.closeAll(churned.servers);
                }
                Finding churn = ward.await(FindingId.SHORT_LIVED_CHURN);
                assertEquals(List.of(churned.port()), churn.ports());
                ward.awaitGone(FindingId.SHORT_LIVED_CHURN);
            }
        });
    }

    @Test
    void keepsInFastSamplesWhatTheLastFullOneFound() throws Exception {
        Intervals pace = new Intervals(1_000_000, TimeUnit.HOURS.toNanos(1), Double.POSITIVE_INFINITY);
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                try (Sampler sampler = Sampler.followerOfThread(Sampler.SourceWish.auto, pace, true, false)) {
                    sampler.diagnose(Diagnosis.inPassing());
                    Report full = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    Report fast = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    assertNotNull(full.findings());
                    assertNotNull(fast.following());
                    assertEquals(Tier.FAST, fast.following().pace().tier());
                    assertSame(full.findings(), fast.findings());
                }
                return true;
            });
        }
    }
}
