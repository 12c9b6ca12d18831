// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.agent.FaultySource.Fault;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.Durations;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.TransitionCounts;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A source that does wrong for some samples, against a twin of it that does not: the same connections, the same times. No
 * kernel can be made to do these things.
 */
class SamplerFaultTest {
    private static final int SECOND = 1_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final int CONNECTIONS = 150;
    /** Connections begin until here, and the last of them is gone by {@link #END}. */
    private static final int LAST_BEGIN = 120 * SECOND;

    private static final int END = 260 * SECOND;
    /** When the source begins to do wrong: some connections have ended, some are in TIME-WAIT, some go on for long. */
    private static final int FAULT = 70 * SECOND;

    @TempDir
    Path noProc;

    /** One sampler with its source. */
    private final class Watched implements AutoCloseable {
        final FaultySource source;
        final Sampler sampler;

        Watched(ScriptedWorld world) {
            this(new FaultySource(world, true), null);
        }

        Watched(FaultySource source, @Nullable FaultySource fallback) {
            this.source = source;
            this.sampler = new Sampler(
                    new SourceChoice(source, fallback, source),
                    ProcFs.at(noProc),
                    InstantSource.fixed(Instant.EPOCH),
                    source,
                    () -> 0);
            sampler.follow(Intervals.every(NANOS_PER_SECOND), null, "not in this test", null);
        }

        LifecycleReport look(long millis, Fault fault) {
            source.next(millis, fault);
            return Objects.requireNonNull(sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES)
                            .following())
                    .lifecycle();
        }

        @Override
        public void close() {
            sampler.close();
        }
    }

    private static ScriptedWorld world(long seed) {
        return new ScriptedWorld(seed, CONNECTIONS, LAST_BEGIN);
    }

    // ---- what must be the same ----

    /**
     * Everything but times is as if nothing had been wrong.
     *
     * @param hung whether some dumps took long. A sample has the time of its start: of a TIME-WAIT that ran out while the dump
     *     went on it looks as if it had gone too early, so that its end is not observed, but vanished
     */
    private static void assertSameCounts(LifecycleReport twin, LifecycleReport report, boolean hung, String when) {
        assertEquals(twin.live(), report.live(), when);
        assertEquals(twin.listeners(), report.listeners(), when);
        assertEquals(twin.connections(), report.connections(), when);
        assertSameSteps(twin.transitions(), report.transitions(), hung, when);
        assertEquals(twin.seen(), report.seen(), when);
        assertEquals(0, report.anomalyCount(), when);
        for (TcpState state : twin.live().keySet()) {
            assertSameNumber(twin.stateDurations(state), report.stateDurations(state), when + ", " + state);
        }
        for (Direction direction : Direction.values()) {
            for (EndedBy by : EndedBy.values()) {
                assertSameNumber(
                        twin.connectionDurations(direction, by),
                        report.connectionDurations(direction, by),
                        when + ", " + direction + " by " + by);
            }
        }
    }

    private static void assertSameSteps(TransitionCounts twin, TransitionCounts counts, boolean hung, String when) {
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                assertEquals(twin.of(from, to), counts.of(from, to), () -> when + ", " + from + " to " + to);
                boolean timed = from == TcpState.TIME_WAIT && to == TcpState.CLOSED;
                for (Evidence evidence : Evidence.values()) {
                    long of = counts.of(from, to, evidence);
                    assertTrue(
                            (hung && timed) || twin.of(from, to, evidence) == of,
                            () -> when + ", " + from + " to " + to + " " + evidence + ": " + of);
                }
            }
        }
    }

    private static void assertSameNumber(Durations twin, Durations durations, String when) {
        assertEquals(twin.exact().count(), durations.exact().count(), when);
        assertEquals(twin.lowerBound().count(), durations.lowerBound().count(), when);
    }

    /**
     * What stood before is as old as ever; what came meanwhile is off by no more than nobody looked.
     *
     * @param since when the last good look before it was
     * @param gap for how long there was no good look
     */
    private static void assertSameAges(
            LifecycleReport twin, LifecycleReport report, long since, long gap, String when) {
        long now = twin.nanos() / 1_000_000;
        assertEquals(twin.oldest().keySet(), report.oldest().keySet(), when);
        twin.oldest().forEach((state, age) -> {
            Age other = Objects.requireNonNull(report.oldest(state));
            boolean before = now - age.millis() < since;
            long off = Math.abs(other.millis() - age.millis());
            assertTrue(off <= (before ? 0 : gap), () -> when + ", " + state + ": " + age + " and " + other);
            assertEquals(age.exact(), other.exact(), () -> when + ", " + state);
        });
    }

    private static double stateSeconds(LifecycleReport report) {
        double sum = 0;
        for (TcpState state : report.live().keySet()) {
            sum += report.stateDurations(state).exact().sumSeconds();
        }
        return sum;
    }

    // ---- some samples ----

    @ParameterizedTest
    @CsvSource({
        "FAILS, 1", "FAILS, 2", "FAILS, 3", "TRUNCATES, 1", "TRUNCATES, 2", "TRUNCATES, 3",
        "HANGS, 1", "HANGS, 2", "HANGS, 3", "REPEATS, 1", "REPEATS, 2", "REPEATS, 3"
    })
    void isAsIfNothingHadBeenWrong(Fault fault, long seed) {
        // A dump that hangs is as long as three that do not.
        int faulty = fault == Fault.HANGS ? 1 : 3;
        int gap = 5 * SECOND;
        ScriptedWorld world = world(seed);
        try (Watched twin = new Watched(world);
                Watched disturbed = new Watched(world)) {
            LifecycleReport before = disturbed.look(-SECOND, Fault.NONE);
            twin.look(-SECOND, Fault.NONE);
            for (int at = 0; at <= END; at += SECOND) {
                LifecycleReport right = twin.look(at, Fault.NONE);
                if (disturbed.source.millis() > at) {
                    continue;
                }
                boolean wrong = at >= FAULT && at < FAULT + faulty * SECOND;
                LifecycleReport report = disturbed.look(at, wrong ? fault : Fault.NONE);
                String when = fault + ", seed " + seed + ", at " + at;
                if (wrong) {
                    assertHarmless(fault, before, report, when);
                } else {
                    assertSameCounts(right, report, fault == Fault.HANGS, when);
                    assertSameAges(right, report, FAULT - SECOND, gap, when);
                    assertEquals(stateSeconds(right), stateSeconds(report), gap / 1000.0 * CONNECTIONS, when);
                    assertFalse(report.afterPause(), when);
                }
                before = report;
            }
            assertEquals(0, before.liveConnections());
            assertEquals(CONNECTIONS, before.connections().closed());
        }
    }

    private static void assertHarmless(Fault fault, LifecycleReport before, LifecycleReport report, String when) {
        if (fault == Fault.FAILS) {
            assertEquals(before.live(), report.live(), when);
            assertEquals(before.connections(), report.connections(), when);
            assertEquals(before.oldest(), report.oldest(), when);
            assertEquals(before.dumps().failed() + 1, report.dumps().failed(), when);
        } else if (fault == Fault.TRUNCATES) {
            assertEquals(before.connections().closed(), report.connections().closed(), when);
            assertEquals(before.dumps().partial() + 1, report.dumps().partial(), when);
        } else if (fault == Fault.REPEATS) {
            assertTrue(report.dumps().repeatedRows() > before.dumps().repeatedRows(), when);
        }
        assertEquals(0, report.anomalyCount(), when);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void isAsIfNothingHadBeenWrongWhateverComesTogether(long seed) {
        Fault[] faults = {Fault.FAILS, Fault.TRUNCATES, Fault.REPEATS};
        SplittableRandom random = new SplittableRandom(seed);
        ScriptedWorld world = world(seed);
        try (Watched twin = new Watched(world);
                Watched disturbed = new Watched(world)) {
            twin.look(-SECOND, Fault.NONE);
            disturbed.look(-SECOND, Fault.NONE);
            int inARow = 0;
            for (int at = 0; at <= END; at += SECOND) {
                LifecycleReport right = twin.look(at, Fault.NONE);
                if (disturbed.source.millis() > at) {
                    continue;
                }
                if (inARow < 3 && random.nextInt(3) > 0) {
                    boolean hangs = inARow == 0 && random.nextInt(4) == 0;
                    disturbed.look(at, hangs ? Fault.HANGS : faults[random.nextInt(faults.length)]);
                    inARow = hangs ? 3 : inARow + 1;
                } else {
                    assertSameCounts(right, disturbed.look(at, Fault.NONE), true, "seed " + seed + ", at " + at);
                    inARow = 0;
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void noticesNoChangeOfSource(long seed) {
        ScriptedWorld world = world(seed);
        FaultySource fallback = new FaultySource(world, false);
        try (Watched twin = new Watched(world);
                Watched disturbed = new Watched(new FaultySource(world, true), fallback)) {
            twin.look(-SECOND, Fault.NONE);
            disturbed.look(-SECOND, Fault.NONE);
            for (int at = 0; at <= END; at += SECOND) {
                fallback.next(at, Fault.NONE);
                LifecycleReport right = twin.look(at, Fault.NONE);
                // The better source is tried again after 1 s, 2 s, 4 s.
                LifecycleReport report = disturbed.look(at, at / FAULT == 1 ? Fault.FAILS : Fault.NONE);
                assertSameCounts(right, report, false, "seed " + seed + ", at " + at);
                assertSameAges(right, report, END, 0, "seed " + seed + ", at " + at);
            }
            assertTrue(disturbed.sampler.sourceFailures() > 3, "it never failed");
        }
    }

    // ---- for long ----

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void takesALongFailureForAPause(long seed) {
        int until = FAULT + 20 * SECOND;
        ScriptedWorld world = world(seed);
        try (Watched twin = new Watched(world);
                Watched disturbed = new Watched(world)) {
            twin.look(-SECOND, Fault.NONE);
            disturbed.look(-SECOND, Fault.NONE);
            long hidden = 0;
            for (int at = 0; at <= END; at += SECOND) {
                LifecycleReport right = twin.look(at, Fault.NONE);
                boolean wrong = at >= FAULT && at < until;
                LifecycleReport report = disturbed.look(at, wrong ? Fault.FAILS : Fault.NONE);
                String when = "seed " + seed + ", at " + at;
                if (wrong) {
                    continue;
                }
                hidden = at < FAULT ? 0 : world.hiddenBetween(FAULT - SECOND, until);
                assertEquals(at == until, report.afterPause(), when);
                assertEquals(right.live(), report.live(), when);
                long came = report.connections().opened() + report.connections().preexisting();
                assertEquals(right.connections().opened(), came + hidden, when);
                assertEquals(right.connections().closed(), report.connections().closed() + hidden, when);
                assertEquals(0, report.anomalyCount(), when);
                assertNotOlder(right, report, FAULT - SECOND, when);
            }
        }
    }

    /** What stood before is as old as ever; nothing is said to be older than it is. */
    private static void assertNotOlder(LifecycleReport twin, LifecycleReport report, long since, String when) {
        long now = twin.nanos() / 1_000_000;
        assertEquals(twin.oldest().keySet(), report.oldest().keySet(), when);
        twin.oldest().forEach((state, age) -> {
            Age other = Objects.requireNonNull(report.oldest(state));
            assertTrue(other.millis() <= age.millis(), () -> when + ", " + state + ": " + age + " and " + other);
            boolean before = now - age.millis() < since;
            assertTrue(!before || other.equals(age), () -> when + ", " + state + ": " + age + " and " + other);
        });
    }

    // ---- lies ----

    /** Rows of another time cannot be told from those of now. They do no harm beyond themselves, and none that lasts. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void recoversFromRowsOfAnotherTime(long seed) {
        int until = FAULT + 3 * SECOND;
        // Twice from the truth to the lies and back.
        ScriptedWorld world = world(seed);
        int liedAbout = world.changesBetween(FAULT - SECOND, FAULT - FaultySource.LIE_MILLIS)
                + world.changesBetween(until - SECOND - FaultySource.LIE_MILLIS, until);
        try (Watched twin = new Watched(world);
                Watched disturbed = new Watched(world)) {
            twin.look(-SECOND, Fault.NONE);
            disturbed.look(-SECOND, Fault.NONE);
            for (int at = 0; at <= END; at += SECOND) {
                LifecycleReport right = twin.look(at, Fault.NONE);
                boolean wrong = at >= FAULT && at < until;
                LifecycleReport report = disturbed.look(at, wrong ? Fault.LIES : Fault.NONE);
                String when = "seed " + seed + ", at " + at;
                long opened = report.connections().opened();
                assertEquals(
                        opened + report.connections().preexisting(),
                        report.liveConnections() + report.connections().closed(),
                        when);
                if (wrong) {
                    continue;
                }
                long tooMany = opened - right.connections().opened();
                assertEquals(right.live(), report.live(), when);
                assertTrue(tooMany >= 0 && tooMany <= liedAbout, when + ": " + tooMany + " of " + liedAbout);
                assertEquals(at >= FAULT, tooMany > 0, "a lie that nobody believed is no test");
                // What was lied about is gone by then.
                boolean forgotten = at < FAULT || at > until + 120 * SECOND;
                if (forgotten) {
                    assertEquals(right.oldest(), report.oldest(), when);
                }
            }
        }
    }
}
