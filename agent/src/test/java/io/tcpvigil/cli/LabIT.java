// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.lab.Deviation;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.LabUnavailableException;
import io.tcpvigil.lab.Ladder;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Pile;
import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.lab.Script;
import io.tcpvigil.lab.scenario.Scenarios;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every scenario against the kernel of this machine, read through netlink and {@code /proc}; and wrong scripts. */
class LabIT {
    private static final int SOON = 200;
    private static final int PARALLEL_RUNS = 8;

    private static final Lab LAB = new Lab(Libc.get(), LabObserver::ofThread);

    private final ExecutorService workers = Executors.newFixedThreadPool(PARALLEL_RUNS);

    @AfterEach
    void endWorkers() {
        workers.shutdownNow();
    }

    @BeforeAll
    static void needsRootAndTun() throws Exception {
        Requirement.root();
        try {
            LAB.run(Objects.requireNonNull(Scenarios.named("listen")), Role.SERVER, Family.IPV4);
        } catch (LabUnavailableException missing) {
            Requirement.missing(missing.toString());
        }
    }

    /** All at once, because most of a run is waiting. */
    @TestFactory
    List<DynamicTest> kernelGoesAsTheScriptSays() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Scenario scenario : Scenarios.ALL) {
            for (Role role : scenario.roles()) {
                for (Family family : Family.values()) {
                    Future<Outcome> outcome = workers.submit(() -> LAB.run(scenario, role, family));
                    tests.add(DynamicTest.dynamicTest(
                            scenario.name() + ", " + role.label() + ", " + family.displayName(),
                            () -> assertAsScripted(outcome.get())));
                }
            }
        }
        return tests;
    }

    private static void assertAsScripted(Outcome outcome) {
        assertEquals("", outcome.failure());
        boolean looked = false;
        for (Ladder.Line line : outcome.ladder()) {
            looked |= line.expected() != null;
            assertTrue(line.deviates() || line.expected() == line.shown(), line.toString());
        }
        assertTrue(looked, "nobody looked at a state");
    }

    /** What is wrong with a script, and what must be said about it. */
    @TestFactory
    List<DynamicTest> wrongExpectationIsNoticed() {
        return List.of(
                wrong(
                        "another state",
                        script -> script.connect()
                                .kernel(Flag.SYN)
                                .state(TcpState.ESTABLISHED)
                                .within(SOON),
                        "the state should be ESTABLISHED, but netlink shows SYN-SENT (queues 0/1), "
                                + "proc shows SYN-SENT (queues 0/1)"),
                wrong(
                        "a socket where there is none",
                        script -> script.listen().state(TcpState.ESTABLISHED).within(SOON),
                        "the state should be ESTABLISHED, but netlink shows no socket, proc shows no socket"),
                wrong(
                        "no socket where there is one",
                        script -> script.connect()
                                .kernel(Flag.SYN)
                                .state(TcpState.CLOSED)
                                .within(SOON),
                        "the state should be in no table, but netlink shows SYN-SENT (queues 0/1), "
                                + "proc shows SYN-SENT (queues 0/1)"),
                wrong(
                        "a full socket for a request socket",
                        script -> script.listen()
                                .peer(Flag.SYN)
                                .kernel(Flag.SYN, Flag.ACK)
                                .state(TcpState.SYN_RECEIVED)
                                .within(SOON),
                        "the state should be SYN-RECEIVED, but netlink shows SYN-RECEIVED (request socket), "
                                + "proc shows SYN-RECEIVED (request socket)"),
                wrong(
                        "other queues",
                        script -> script.openActively()
                                .state(TcpState.ESTABLISHED)
                                .queues(1, 0)
                                .within(SOON),
                        "the state should be ESTABLISHED (queues 1/0), but netlink shows ESTABLISHED (queues 0/0), "
                                + "proc shows ESTABLISHED (queues 0/0)"),
                wrong(
                        "another count",
                        script -> script.listen().count(TcpState.LISTEN, 2),
                        "there should be 2 sockets in LISTEN, but netlink counts 1, proc counts 1"),
                wrong(
                        "another flag",
                        script -> script.connect().kernel(Flag.SYN, Flag.ACK),
                        "the kernel should send <SEQ=0><ACK=0><CTL=SYN,ACK>, but sent <SEQ=0><CTL=SYN>"),
                wrong(
                        "another sequence number",
                        script -> script.openActively()
                                .close()
                                .kernel(Flag.FIN, Flag.ACK)
                                .seq(2),
                        "the kernel should send <SEQ=2><ACK=1><CTL=FIN,ACK>, but sent <SEQ=1><ACK=1><CTL=FIN,ACK>"),
                wrong(
                        "another acknowledgment",
                        script -> script.openActively()
                                .close()
                                .kernel(Flag.FIN, Flag.ACK)
                                .ack(7),
                        "the kernel should send <SEQ=1><ACK=7><CTL=FIN,ACK>, but sent <SEQ=1><ACK=1><CTL=FIN,ACK>"),
                wrong(
                        "another length",
                        script ->
                                script.openActively().write(10).kernel(Flag.ACK).length(11),
                        "the kernel should send <SEQ=1><ACK=1><LEN=11><CTL=ACK>, but sent "
                                + "<SEQ=1><ACK=1><LEN=10><CTL=PSH,ACK>"),
                wrong(
                        "a segment that does not come",
                        script ->
                                script.openActively().kernel(Flag.FIN, Flag.ACK).within(SOON),
                        "the kernel should send <SEQ=1><ACK=1><CTL=FIN,ACK>, but sent nothing for 200 ms"),
                wrong(
                        "a segment that nobody foresaw",
                        script -> script.connect().kernel(Flag.SYN).peer(Flag.SYN, Flag.ACK),
                        "the kernel sent besides <SEQ=1><ACK=1><CTL=ACK>"),
                wrong(
                        "silence",
                        script -> script.connect().silence(SOON),
                        "the kernel should be silent, but sent <SEQ=0><CTL=SYN>"),
                wrong(
                        "a call that works",
                        script -> script.openActively().write(1).fails(io.tcpvigil.lab.Failure.BROKEN_PIPE),
                        "write(1) = EPIPE: it did not fail"),
                wrong(
                        "a call that fails",
                        script -> script.openActively()
                                .shutdown()
                                .kernel(Flag.FIN, Flag.ACK)
                                .write(1),
                        "write(1): write: EPIPE (Broken pipe)"));
    }

    private static DynamicTest wrong(String what, Consumer<Script> script, String complaint) {
        Scenario scenario = Scenario.named("wrong", what).client(script);
        return DynamicTest.dynamicTest(what, () -> {
            Outcome outcome = LAB.run(scenario, Role.CLIENT, Family.IPV4);
            assertEquals(complaint, outcome.failure());
            assertEquals(Outcome.Verdict.DIFFERS, outcome.verdict());
        });
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void knownDeviationIsNoAgreement(Family family) throws Exception {
        Scenario listen = Objects.requireNonNull(Scenarios.named("listen"));
        assertEquals(
                Outcome.Verdict.AGREES, LAB.run(listen, Role.SERVER, family).verdict());
        Scenario standing = Objects.requireNonNull(Scenarios.named("syn-received"));
        Outcome outcome = LAB.run(standing, Role.SERVER, family);
        assertEquals(Outcome.Verdict.DEVIATES, outcome.verdict());
        assertEquals(List.of(Deviation.REQUEST_SOCKET), List.copyOf(outcome.deviations()));
    }

    @TestFactory
    List<DynamicTest> pileStands() {
        List<DynamicTest> tests = new ArrayList<>();
        for (TcpState state : Pile.STATES) {
            for (Family family : Family.values()) {
                tests.add(DynamicTest.dynamicTest(
                        state.displayName() + ", " + family.displayName(), () -> assertPile(state, family)));
            }
        }
        return tests;
    }

    private static void assertPile(TcpState state, Family family) throws IOException, InterruptedException {
        Scenario pile = Pile.of(state, 700);
        assertEquals("", LAB.run(pile, pile.roles().get(0), family).failure());
    }
}
