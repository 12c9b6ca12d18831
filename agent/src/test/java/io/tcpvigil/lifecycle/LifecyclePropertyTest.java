// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.OneLife;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random legal lives, looked at at random times through all sorts of sources. The seed of a failure is in its name and
 * message; {@code -Dtcpvigil.seed=N} adds another one.
 */
class LifecyclePropertyTest {
    private static final long MILLI = 1_000_000L;
    private static final long INTERVAL = 1000 * MILLI;
    private static final Set<TcpState> CONNECTION_STATES =
            EnumSet.complementOf(EnumSet.of(TcpState.LISTEN, TcpState.CLOSED));

    private final ConnectionTracker tracker = new ConnectionTracker(3);
    private final SocketTable table = new SocketTable();

    static long[] seeds() {
        long[] seeds = new long[13];
        for (int i = 0; i < seeds.length - 1; i++) {
            seeds[i] = 1L + i;
        }
        seeds[seeds.length - 1] = Long.getLong("tcpvigil.seed", 1000);
        return seeds;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void knowsEveryStepWhenEveryStateIsSampled(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random, new World.Making(300, 700, true, 3));
        Set<Long> moments = new TreeSet<>();
        for (Life life : world.lives) {
            life.stages().forEach(stage -> moments.add(stage.from()));
            moments.add(life.end());
        }
        for (long at = -2000; at < World.MILLIS + 61_000; at += 1000) {
            moments.add(at);
        }
        for (long at : moments) {
            look(world, at, true, true);
        }
        long last = ((TreeSet<Long>) moments).last();
        TransitionCounts seen = tracker.report().transitions();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                Supplier<String> where = () -> "seed " + seed + ": " + from + " -> " + to;
                assertEquals(world.steps(from, to, last), seen.of(from, to), where);
                if (to != TcpState.CLOSED) {
                    Evidence best = isShortcut(from, to) ? Evidence.AMBIGUOUS : Evidence.OBSERVED;
                    assertEquals(seen.of(from, to), seen.of(from, to, best), where);
                }
            }
        }
        assertEquals(300, tracker.report().connections().opened(), "seed " + seed);
        assertEquals(0, tracker.report().connections().opened(Direction.UNKNOWN), "seed " + seed);
        assertEquals(
                world.lives.stream().filter(life -> life.inbound).count(),
                tracker.report().connections().opened(Direction.INBOUND),
                "seed " + seed);
        checkConservation(seed);
    }

    /** Whether another state may have come and gone between the two: nothing tells a poll that it saw every one. */
    private static boolean isShortcut(TcpState from, TcpState to) {
        return (from == TcpState.FIN_WAIT_1 && to == TcpState.TIME_WAIT)
                || (from == TcpState.SYN_RECEIVED && (to == TcpState.FIN_WAIT_1 || to == TcpState.CLOSE_WAIT));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isNeverWrongHoweverSeldomItLooks(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random, new World.Making(500, 800, false, 0));
        long at = 30_000;
        long[] first = firstLook(world, at);
        while (at < World.MILLIS) {
            at += 1 + random.nextInt(4000);
            look(world, at, true, true);
            checkLive(world, at, seed);
            checkFlow(first, seed);
            checkLegality(seed);
            checkInferences(world, at, seed);
            checkConservation(seed);
        }
        assertEquals(0, tracker.report().anomalyCount(), "seed " + seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void countsEveryConnectionOnceWhateverCookieItsMinisockHas(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random, new World.Making(500, 3000, true, 2500));
        look(world, -2000, true, true);
        Set<Long> shown = new TreeSet<>();
        for (long at = -1000; at < World.MILLIS; at += 1000) {
            look(world, at, true, true);
            for (Life life : world.lives) {
                if (life.stageAt(at) != null) {
                    shown.add(life.socket.cookie());
                }
            }
            checkLive(world, at, seed);
        }
        assertEquals(shown.size(), tracker.report().connections().opened(), "seed " + seed);
        checkConservation(seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void losesNothingInTheFastTier(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random, new World.Making(500, 2500, false, 0));
        long at = 30_000;
        long[] first = firstLook(world, at);
        for (int i = 1; at < World.MILLIS; i++) {
            at += 500 + random.nextInt(600);
            boolean full = i % 5 == 0;
            look(world, at, true, full);
            if (full) {
                checkLive(world, at, seed);
            } else {
                checkFast(world, at, seed);
            }
            checkFlow(first, seed);
            checkLegality(seed);
            checkInferences(world, at, seed);
            checkConservation(seed);
        }
        assertEquals(0, tracker.report().anomalyCount(), "seed " + seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void survivesSourcesThatFailCutRepeatAndShuffle(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random, new World.Making(500, 2500, false, 0));
        long at = 30_000;
        long[] first = firstLook(world, at);
        while (at < World.MILLIS) {
            at += 200 + random.nextInt(1200);
            lookThroughFaults(random, world, at);
            checkFlow(first, seed);
            checkLegality(seed);
            checkInferences(world, at, seed);
            checkConservation(seed);
        }
        look(world, at + 100, true, true);
        checkLive(world, at + 100, seed);
        DumpCounts dumps = tracker.report().dumps();
        assertTrue(Math.min(dumps.failed(), Math.min(dumps.partial(), dumps.late())) > 0, dumps.toString());
        assertEquals(0, tracker.report().anomalyCount(), "seed " + seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void endsAndDoublesNothingWhenTheSourceChanges(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random, new World.Making(400, 4000, false, 4000));
        look(world, -2000, true, true);
        Set<Long> shown = new TreeSet<>();
        boolean cookies = true;
        for (long at = -1000; at < World.MILLIS; at += 1000) {
            cookies = random.nextInt(4) == 0 ? !cookies : cookies;
            look(world, at, cookies, true);
            for (Life life : world.lives) {
                if (life.stageAt(at) != null) {
                    shown.add(life.socket.cookie());
                }
            }
            checkLive(world, at, seed);
            checkLegality(seed);
        }
        assertEquals(shown.size(), tracker.report().connections().opened(), "seed " + seed);
        checkConservation(seed);
        assertEquals(0, tracker.report().anomalyCount(), "seed " + seed);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void staysLegalWithoutAnyCookies(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        World world = new World(random, new World.Making(500, 800, false, 0));
        long at = 30_000;
        long[] first = firstLook(world, at);
        while (at < World.MILLIS) {
            at += 1 + random.nextInt(4000);
            look(world, at, false, true);
            checkLive(world, at, seed);
            checkFlow(first, seed);
            checkLegality(seed);
            checkConservation(seed);
        }
        assertEquals(0, tracker.report().anomalyCount(), "seed " + seed);
    }

    // ---- looking ----

    private void look(World world, long at, boolean cookies, boolean full) {
        world.fill(table, at, cookies, full);
        tracker.update(table, sample(at, full));
    }

    private static Sample sample(long at, boolean full) {
        return full ? Sample.full(at * MILLI, INTERVAL) : Sample.fast(at * MILLI, INTERVAL);
    }

    /** The first look; how many connections it shows in each state. */
    private long[] firstLook(World world, long at) {
        look(world, at, true, true);
        long[] first = new long[TcpState.values().length];
        for (TcpState state : TcpState.values()) {
            first[state.ordinal()] = tracker.report().live(state);
        }
        assertTrue(tracker.size() > 20, "so few that nothing would be tested");
        return first;
    }

    private void lookThroughFaults(SplittableRandom random, World world, long at) {
        SocketTable whole = new SocketTable();
        world.fill(whole, at, true, true);
        int[] order = shuffled(random, whole.rows());
        int fault = random.nextInt(6);
        table.clear();
        for (int row : order) {
            if (fault == 1 && random.nextInt(3) == 0) {
                continue;
            }
            copy(whole, row);
            if (fault == 2 && random.nextInt(3) == 0) {
                copy(whole, row);
            }
        }
        table.coverage(
                switch (fault) {
                    case 0 -> Coverage.failed("seeded");
                    case 1 -> Coverage.partial("seeded");
                    default -> Coverage.complete();
                });
        // An older dump may arrive late, and any dump twice.
        long taken = fault == 3 ? at - 5000 : at;
        Sample sample = Sample.full(taken * MILLI, 10 * INTERVAL);
        tracker.update(table, sample);
        if (fault == 4) {
            tracker.update(table, sample);
        }
    }

    private void copy(SocketTable from, int row) {
        SocketKind kind = from.kind(row);
        table.begin(from.state(row), kind);
        if (from.isIpv6(row)) {
            table.putIpv6(
                    from.localHigh(row),
                    from.localLow(row),
                    from.localPort(row),
                    from.remoteHigh(row),
                    from.remoteLow(row),
                    from.remotePort(row));
        } else {
            table.putIpv4(
                    (int) from.localLow(row), from.localPort(row), (int) from.remoteLow(row), from.remotePort(row));
        }
        table.putTimer(from.timer(row), from.expiresMillis(row), 0);
        table.putOwner(0, (int) from.inode(row));
        table.putCookie(from.cookie(row));
        table.commit();
    }

    private static int[] shuffled(SplittableRandom random, int length) {
        int[] order = new int[length];
        for (int i = 0; i < length; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        return order;
    }

    // ---- checking ----

    private void checkConservation(long seed) {
        LifecycleReport report = tracker.report();
        ConnectionCounts counts = report.connections();
        assertEquals(
                counts.opened() + counts.preexisting(),
                report.liveConnections() + counts.closed(),
                () -> "seed " + seed + ": " + counts);
        assertEquals(tracker.size(), report.liveConnections(), "seed " + seed);
    }

    private void checkLive(World world, long at, long seed) {
        for (TcpState state : CONNECTION_STATES) {
            assertEquals(world.in(state, at), tracker.report().live(state), () -> "seed " + seed + ": " + state);
        }
    }

    /** A fast dump leaves open only what may be in ESTABLISHED. */
    private void checkFast(World world, long at, long seed) {
        for (TcpState state : CONNECTION_STATES) {
            long live = tracker.report().live(state);
            long there = world.in(state, at);
            boolean maybeElsewhere =
                    state == TcpState.ESTABLISHED || state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED;
            assertTrue(live == there || (maybeElsewhere && live + 500 >= there), () -> "seed " + seed + ": " + state);
        }
    }

    /** Of each state: who was there at first, and came, is there still, or went. Every chain of steps is whole. */
    private void checkFlow(long[] first, long seed) {
        LifecycleReport report = tracker.report();
        for (TcpState state : CONNECTION_STATES) {
            long balance = first[state.ordinal()];
            for (TcpState other : TcpState.values()) {
                balance += report.transitions().of(other, state);
                balance -= report.transitions().of(state, other);
            }
            assertEquals(
                    balance, report.live(state), () -> "seed " + seed + ": " + state + "\n" + report.transitions());
        }
    }

    private void checkLegality(long seed) {
        TransitionCounts seen = tracker.report().transitions();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                long certain = seen.of(from, to, Evidence.OBSERVED) + seen.of(from, to, Evidence.INFERRED);
                Supplier<String> where = () -> "seed " + seed + ": " + from + " -> " + to;
                assertTrue(certain == 0 || StateMachine.isLegal(from, to), where);
                boolean reachable = OneLife.leads(from, to);
                assertTrue(seen.of(from, to, Evidence.AMBIGUOUS) == 0 || reachable, where);
                assertTrue(seen.of(from, to, Evidence.VANISHED) == 0 || to == TcpState.CLOSED, where);
            }
        }
    }

    /** What was observed or inferred did happen; only SYNs that crossed may have been taken for others. */
    private void checkInferences(World world, long at, long seed) {
        TransitionCounts seen = tracker.report().transitions();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                long certain = seen.of(from, to, Evidence.INFERRED) + seen.of(from, to, Evidence.OBSERVED);
                if (certain > 0) {
                    boolean opened = from == TcpState.SYN_SENT && to == TcpState.ESTABLISHED;
                    long crossed = opened ? world.steps(TcpState.SYN_SENT, TcpState.SYN_RECEIVED, at) : 0;
                    long real = world.steps(from, to, at) + crossed;
                    assertTrue(certain <= real, () -> "seed " + seed + ": " + from + " -> " + to + ": " + certain);
                }
            }
        }
    }
}
