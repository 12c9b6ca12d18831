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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Local ports that run out, in a network namespace of their own; and the healthy twins. */
@Tag("once") // what the kernel does is no matter of Java
class PortFindingsIT {
    private static final int MANY = 30;
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    @Test
    void findsPortsToOneDestinationRunningOut() throws Exception {
        Ward.inNamespace(ward -> {
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
                long deadline = System.nanoTime() + 120_000_000_000L;
                while (ward.look().stream().anyMatch(each -> each.scope().kind() == Scope.Kind.DESTINATION)) {
                    assertTrue(System.nanoTime() - deadline < 0);
                    Thread.sleep(50);
                }
            }
        });
    }

    @Test
    void foretellsHalfWayWhenThePortsWillBeUsedUp() throws Exception {
        Ward.inNamespace(ward -> {
            Ward.sysctl("ip_local_port_range", "40000 40099");
            try (Connections filling = new Connections(256);
                    Connections other = new Connections(256).open(5)) {
                long start = System.nanoTime();
                int opened = 0;
                double foretold = 0;
                boolean room = true;
                while (room) {
                    // By the clock and not so long after the last one: what a busy machine delays is made up for.
                    awaitTime(start + opened * STEP_NANOS);
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
                }
                double truth = (System.nanoTime() - start) / 1e9;
                assertEquals(truth, foretold, 0.2 * truth);
            }
        });
    }

    private static void awaitTime(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
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
        Ward.inNamespace(ward -> {
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
                Finding pile = ward.await(
                        FindingId.TIME_WAIT_PILE,
                        each -> each.scope().kind() == Scope.Kind.DESTINATION && Ward.measure(each, "time_wait") == 75);
                assertEquals(List.of(churned.port()), pile.ports());
                // On loopback, where we are, TIME-WAIT may then be taken over after a second.
                Ward.sysctl("tcp_tw_reuse", "2");
                ward.awaitGone(FindingId.TIME_WAIT_PILE);
            }
        });
    }

    @Test
    void findsPortsThatBindHoldsFromConnect() throws Exception {
        Ward.inNamespace(ward -> {
            Ward.sysctl("ip_local_port_range", "40000 40099");
            List<SocketChannel> bound = new ArrayList<>();
            try {
                bind(bound, 30);
                ward.staysWell();
                bind(bound, 30);
                ward.await(FindingId.PORT_CONFLICT_POOLS, each -> each.count() == 60);
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
    void findsConnectionsThatShouldBePooled() throws Exception {
        Ward.inNamespace(ward -> {
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
}
