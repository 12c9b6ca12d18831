// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static io.tcpvigil.lab.wire.Flag.ACK;
import static io.tcpvigil.lab.wire.Flag.FIN;
import static io.tcpvigil.lab.wire.Flag.SYN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.Pile;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.lab.Script;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Peers that misbehave as no program on this host can: a scripted one, against the running kernel. */
@Tag("once") // what the kernel does is no matter of Java
class FindingsLabIT {
    private static final int MANY = 30;

    @BeforeAll
    static void needsRootAndTun() {
        Requirement.root();
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            Requirement.missing("needs /dev/net/tun");
        }
    }

    private interface Look {
        void at(Ward ward) throws InterruptedException;
    }

    /** Begins to look before the script does anything, and goes on while its sockets stand. */
    private static void run(Scenario scenario, Look look) throws Exception {
        List<Ward> ward = new ArrayList<>();
        try {
            new Lab(Libc.get(), () -> {
                        ward.add(new Ward());
                        return List.of();
                    })
                    .run(scenario, scenario.roles().get(0), Family.IPV4, (outcome, namespace) -> {
                        assertEquals("", outcome.failure());
                        look.at(ward.get(0));
                    });
        } finally {
            ward.forEach(Ward::close);
        }
    }

    @Test
    void takesSynsThatNobodyCompletesForAFlood() throws Exception {
        run(Pile.of(TcpState.SYN_RECEIVED, 100), ward -> {
            Finding pile = ward.await(FindingId.SYN_RECEIVED_PILE, each -> Ward.measure(each, "syn_received") == 100);
            assertEquals(List.of(80), pile.ports());
            assertTrue(pile.headline().contains("flood"), pile.headline());
            // The kernel gives each up at its next try.
            Ward.sysctl("tcp_synack_retries", "1");
            ward.awaitGone(FindingId.SYN_RECEIVED_PILE);
        });
    }

    @Test
    void takesSomeHalfOpenConnectionsForWhatTheyAre() throws Exception {
        run(Pile.of(TcpState.SYN_RECEIVED, 10), Ward::staysWell);
    }

    @Test
    void tellsAFullAcceptQueueFromAFlood() throws Exception {
        int backlog = 40;
        Scenario full = Scenario.named("full", "last ACKs that find no room")
                .server(script -> script.listen(backlog)
                        .connections(1, MANY, (each, number) -> each.peer(SYN).kernel(SYN, ACK))
                        .connections(
                                MANY + 1,
                                MANY + backlog + 1,
                                (each, number) ->
                                        each.peer(SYN).kernel(SYN, ACK).peer(ACK))
                        .connections(1, MANY, (each, number) -> each.peer(ACK)));
        run(full, ward -> {
            Finding pile = ward.await(FindingId.SYN_RECEIVED_PILE);
            assertTrue(pile.headline().contains("accept queue is full"), pile.headline());
            assertTrue(pile.remedy().contains("no flood"), pile.remedy());
            ward.await(FindingId.ACCEPT_QUEUE_FULL);
            Ward.sysctl("tcp_synack_retries", "1");
            ward.awaitGone(FindingId.SYN_RECEIVED_PILE);
        });
    }

    @Test
    void findsASynQueueThatIsFull() throws Exception {
        Scenario flood = Scenario.named("flood", "more SYNs than the backlog")
                .server(script -> script.listen(2)
                        .connections(1, 3, (each, number) -> each.peer(SYN).kernel(SYN, ACK))
                        .connections(
                                4, 4 + MANY, (each, number) -> each.peer(SYN).kernel(SYN, ACK)));
        run(flood, ward -> {
            Finding cookies = ward.await(FindingId.SYN_COOKIES_ACTIVE);
            assertEquals(Severity.WARNING, cookies.severity());
            assertTrue(cookies.remedy().contains("flood"), cookies.remedy());
            ward.awaitGone(FindingId.SYN_COOKIES_ACTIVE);
        });
    }

    @Test
    void findsADestinationThatDoesNotAnswerAtAll() throws Exception {
        run(Pile.of(TcpState.SYN_SENT, MANY), ward -> {
            Finding pile = ward.await(FindingId.SYN_SENT_PILE);
            assertEquals(0, Ward.measure(pile, "established_to_host"));
            assertTrue(pile.remedy().contains("Nothing else is connected"), pile.remedy());
            Ward.sysctl("tcp_syn_retries", "1");
            ward.awaitGone(FindingId.SYN_SENT_PILE);
        });
    }

    @Test
    void takesSomeSynsThatGotLostForWhatTheyAre() throws Exception {
        run(Pile.of(TcpState.SYN_SENT, 4), Ward::staysWell);
    }

    @Test
    void findsPeersThatAreGone() throws Exception {
        run(Pile.of(TcpState.LAST_ACK, MANY), ward -> {
            Finding stuck = ward.await(FindingId.LAST_ACK_STUCK);
            assertEquals(0, Ward.measure(stuck, "closed_window"));
            assertTrue(stuck.remedy().contains("The peers are gone"), stuck.remedy());
            Ward.sysctl("tcp_orphan_retries", "1");
            ward.awaitGone(FindingId.LAST_ACK_STUCK);
        });
    }

    @Test
    void findsFinsThatAreNotAcknowledged() throws Exception {
        Scenario silent = Scenario.named("silent", "FINs without an answer")
                .client(script -> script.connections(
                        1,
                        MANY,
                        (each, number) -> each.connect()
                                .kernel(SYN)
                                .peer(SYN, ACK)
                                .kernel(ACK)
                                .close()
                                .kernel(FIN, ACK)));
        run(silent, ward -> {
            Finding stuck = ward.await(FindingId.FIN_WAIT_1_STUCK, each -> Ward.measure(each, "stuck") == MANY);
            assertEquals(0, Ward.measure(stuck, "closed_window"));
            Ward.sysctl("tcp_orphan_retries", "1");
            ward.awaitGone(FindingId.FIN_WAIT_1_STUCK);
        });
    }

    @Test
    void findsCrossedFinsThatAreNotAcknowledged() throws Exception {
        Scenario closing = Scenario.named("closing", "crossed FINs, and ours is not acknowledged")
                .client(script -> script.connections(
                        1,
                        MANY,
                        (each, number) -> each.connect()
                                .kernel(SYN)
                                .peer(SYN, ACK)
                                .kernel(ACK)
                                .shutdown()
                                .kernel(FIN, ACK)
                                .peer(FIN, ACK)
                                .ack(1)
                                .kernel(ACK)));
        run(closing, ward -> {
            Finding stuck = ward.await(FindingId.CLOSING_STUCK, each -> Ward.measure(each, "stuck") == MANY);
            assertEquals(0, Ward.measure(stuck, "closed_window"));
            // They are held: for these another number counts.
            Ward.sysctl("tcp_retries2", "1");
            ward.awaitGone(FindingId.CLOSING_STUCK);
        });
    }

    /** The twin of all of them: handshakes and closes, by either side and by both at once, that go as they should. */
    @Test
    void findsNothingWrongWithPeersThatAnswer() throws Exception {
        Scenario healthy = Scenario.named("healthy", "opened and closed")
                .client(script -> script.connections(
                                1,
                                MANY,
                                (each, number) -> open(each)
                                        .peer(FIN, ACK)
                                        .kernel(ACK)
                                        .close()
                                        .kernel(FIN, ACK)
                                        .peer(ACK))
                        .connections(
                                MANY + 1,
                                2 * MANY,
                                (each, number) -> open(each)
                                        .close()
                                        .kernel(FIN, ACK)
                                        .peer(FIN, ACK)
                                        .kernel(ACK))
                        .connections(
                                2 * MANY + 1,
                                3 * MANY,
                                (each, number) -> open(each)
                                        .shutdown()
                                        .kernel(FIN, ACK)
                                        .peer(FIN, ACK)
                                        .ack(1)
                                        .kernel(ACK)
                                        .peer(ACK)));
        run(healthy, Ward::staysWell);
    }

    private static Script open(Script each) {
        return each.connect().kernel(SYN).peer(SYN, ACK).kernel(ACK);
    }
}
