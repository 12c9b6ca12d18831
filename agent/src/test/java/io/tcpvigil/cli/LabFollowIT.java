// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.LabUnavailableException;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.lab.scenario.Scenarios;
import io.tcpvigil.testing.Requirement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** What following makes of every scenario: of the real kernel, walked through every way that a connection can take. */
@Tag("once") // what the kernel does is no matter of Java
class LabFollowIT {
    private static final long FIFTY_MILLIS = 50_000_000L;
    private static final long ONE_SECOND = 1_000_000_000L;
    /** Each makes another choice of states. */
    private static final int TRIES = 3;
    /** Most of a run is waiting. */
    private static final int PARALLEL_RUNS = 12;

    private static final Lab LAB = new Lab(Libc.get(), LabObserver::ofThread);

    private final ExecutorService workers = Executors.newFixedThreadPool(PARALLEL_RUNS);

    @AfterEach
    void endWorkers() {
        workers.shutdownNow();
    }

    @BeforeAll
    static void needsRootAndTun() {
        Requirement.root();
        try {
            LAB.tryOut(Family.IPV6);
        } catch (LabUnavailableException missing) {
            Requirement.missing(missing.toString());
        }
    }

    /** One run of one scenario, to the end of its check. */
    private interface Run {
        void go(Scenario scenario, Role role, Family family) throws Exception;
    }

    private List<DynamicTest> everyScenario(Run run) {
        return everyScenario("", run);
    }

    private List<DynamicTest> everyScenario(String how, Run run) {
        List<DynamicTest> tests = new ArrayList<>();
        for (Scenario scenario : Scenarios.ALL) {
            for (Role role : scenario.roles()) {
                for (Family family : Family.values()) {
                    Callable<Boolean> work = () -> {
                        run.go(scenario, role, family);
                        return true;
                    };
                    Future<Boolean> done = workers.submit(work);
                    String name = scenario.name() + ", " + role.label() + ", " + family.displayName() + how;
                    tests.add(DynamicTest.dynamicTest(name, done::get));
                }
            }
        }
        return tests;
    }

    /** From dumps alone, and with the kernel's messages on destroyed sockets besides. */
    private List<DynamicTest> withoutEventsAndWith(Function<Boolean, Run> runs) {
        List<DynamicTest> tests = everyScenario(", dumps alone", runs.apply(false));
        tests.addAll(everyScenario(", with destroy events", runs.apply(true)));
        return tests;
    }

    private static FollowCheck follow(LabFollower follower, Scenario scenario, Role role, Family family)
            throws Exception {
        try (follower) {
            Outcome outcome = LAB.run(scenario, role, family, follower, follower);
            assertEquals("", outcome.failure());
            return new FollowCheck(scenario.name(), LadderPath.of(outcome), follower.held(), follower.looks());
        }
    }

    /** Each state stands until one whole sample was taken in it. */
    @TestFactory
    List<DynamicTest> yieldsThePathOfTheLadder() {
        Set<PollLimit> met = ConcurrentHashMap.newKeySet();
        List<DynamicTest> tests = everyScenario((scenario, role, family) -> {
            FollowCheck check = follow(LabFollower.holding(FIFTY_MILLIS), scenario, role, family);
            check.assertStepByStep(met);
            check.assertNeverWrong();
        });
        tests.add(DynamicTest.dynamicTest(
                "every limit was met", () -> assertEquals(EnumSet.allOf(PollLimit.class), EnumSet.copyOf(met))));
        return tests;
    }

    /** The kernel goes as fast as it can, and most states come and go between two samples. */
    @TestFactory
    List<DynamicTest> isNeverWrongAtOneSecond() {
        return withoutEventsAndWith(events ->
                (scenario, role, family) -> follow(LabFollower.passing(ONE_SECOND, events), scenario, role, family)
                        .assertNeverWrong());
    }

    /** As at one second, but with every state seen by some runs and missed by others. */
    @TestFactory
    List<DynamicTest> isNeverWrongWhateverStatesItMisses() {
        return withoutEventsAndWith(events -> (scenario, role, family) -> {
            long first = Objects.hash(scenario.name(), role.label(), family.displayName());
            for (long seed = first; seed < first + TRIES; seed++) {
                LabFollower follower = LabFollower.picking(new SplittableRandom(seed)::nextBoolean, events);
                FollowCheck check = follow(follower, scenario, role, family);
                assertAll("seed " + seed, check::assertNeverWrong);
            }
        });
    }
}
