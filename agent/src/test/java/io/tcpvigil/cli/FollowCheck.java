// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.cli.LadderPath.Life;
import io.tcpvigil.cli.LadderPath.Visit;
import io.tcpvigil.lifecycle.ConnectionCounts;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.TransitionCounts;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Holds what was reported of connections in a run against the ladder of that run. */
final class FollowCheck {
    private final String scenario;
    private final LadderPath path;
    private final List<LabFollower.Hold> held;
    private final List<LabFollower.Look> looks;

    FollowCheck(String scenario, LadderPath path, List<LabFollower.Hold> held, List<LabFollower.Look> looks) {
        assertEquals(path.checks() + 1, held.size(), "holds");
        this.scenario = scenario;
        this.path = path;
        this.held = held;
        this.looks = looks;
    }

    private LifecycleReport last() {
        return looks.get(looks.size() - 1).report();
    }

    // ---- every state was held until it was seen ----

    /** After each check all steps of the ladder up to there, and no others, were known as well as a poll can know them. */
    void assertStepByStep(Set<PollLimit> met) {
        for (int check = -1; check < path.checks(); check++) {
            LifecycleReport report = looks.get(held.get(check + 1).look()).report();
            String when = "after check " + check + " of " + path.lives();
            assertEquals(steps(check, met), report.transitions().toString(), when);
            assertEquals(connections(check), nonZero(report.connections()), when);
            assertLive(check, report, when);
            assertEquals(0, report.anomalyCount(), when);
        }
    }

    private void assertLive(int check, LifecycleReport report, String when) {
        Map<TcpState, Long> live = new EnumMap<>(TcpState.class);
        report.live().keySet().forEach(state -> live.put(state, 0L));
        for (Life life : path.lives()) {
            for (Visit visit : life.visits) {
                if (visit.from() <= check && check < visit.until()) {
                    live.merge(visit.state(), 1L, Long::sum);
                }
            }
        }
        assertEquals(live, report.live(), when);
    }

    /** As {@link TransitionCounts#toString} writes them. */
    private String steps(int check, Set<PollLimit> met) {
        Map<String, Integer> counts = new TreeMap<>();
        StringBuilder text = new StringBuilder();
        for (Life life : path.lives()) {
            List<TcpState> states = life.states();
            for (int at = 0; at + 1 < states.size(); at++) {
                int made = at < life.visits.size() ? life.visits.get(at).from() : life.gone;
                if (made <= check) {
                    Evidence evidence = PollLimit.evidence(scenario, life, at, met);
                    counts.merge(line(states.get(at), states.get(at + 1), evidence), 1, Integer::sum);
                }
            }
        }
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                for (Evidence evidence : Evidence.values()) {
                    Integer count = counts.get(line(from, to, evidence));
                    if (count != null) {
                        text.append(line(from, to, evidence)).append(count).append('\n');
                    }
                }
            }
        }
        return text.toString();
    }

    private static String line(TcpState from, TcpState to, Evidence evidence) {
        return from.label() + " -> " + to.label() + " " + evidence.label() + " ";
    }

    private Map<String, Long> connections(int check) {
        Map<String, Long> counts = new TreeMap<>();
        for (Life life : path.lives()) {
            if (life.visits.get(0).from() <= check) {
                counts.merge("opened " + life.opened(), 1L, Long::sum);
            }
            if (life.gone >= 0 && life.gone <= check) {
                counts.merge("closed " + life.direction() + " by " + life.firstFin, 1L, Long::sum);
            }
        }
        return counts;
    }

    private static Map<String, Long> nonZero(ConnectionCounts connections) {
        Map<String, Long> counts = new TreeMap<>();
        counts.put("preexisting", connections.preexisting());
        for (Direction direction : Direction.values()) {
            counts.put("opened " + direction, connections.opened(direction));
            for (EndedBy by : EndedBy.values()) {
                counts.put("closed " + direction + " by " + by, connections.closed(direction, by));
            }
        }
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    // ---- some states were seen, and some were not ----

    /** All that is known is true, little as it may be; and what stands at the end is known. */
    void assertNeverWrong() {
        LifecycleReport report = last();
        assertLive(path.checks() - 1, report, "at the end of " + path.lives());
        assertEquals(0, report.anomalyCount());
        assertEquals(0, report.connections().preexisting());
        assertTrue(report.connections().opened() <= path.lives().size(), () -> report.connections() + " too many");
        assertEquals(
                report.connections().opened(),
                report.liveConnections() + report.connections().closed(),
                () -> report.connections().toString());
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                assertStepsAreTrue(from, to, report.transitions());
            }
        }
        for (Direction direction : Direction.values()) {
            assertConnectionsAreTrue(direction, report.connections());
        }
    }

    private void assertStepsAreTrue(TcpState from, TcpState to, TransitionCounts counts) {
        long made = 0;
        long seen = 0;
        long stretches = 0;
        for (Life life : path.lives()) {
            List<TcpState> states = life.states();
            int start = states.indexOf(from);
            int end = endOfStep(life, start, to);
            if (end > 0) {
                made++;
                seen += canBeSeen(life, start) && canBeSeen(life, end) ? 1 : 0;
            }
            stretches += states.contains(from) && states.lastIndexOf(to) > states.indexOf(from) ? 1 : 0;
        }
        String what = from + " to " + to + " in " + path.lives() + "\n" + counts;
        long observed = counts.of(from, to, Evidence.OBSERVED);
        long inferred = counts.of(from, to, Evidence.INFERRED);
        assertTrue(observed <= seen, () -> "observed, but nobody can have seen it: " + what);
        assertTrue(observed + inferred <= made, () -> "not on the ladder: " + what);
        assertTrue(counts.of(from, to) <= stretches, () -> "no such way: " + what);
        assertTrue(counts.of(from, to, Evidence.VANISHED) == 0 || to == TcpState.CLOSED, what);
        assertEquals(0, counts.of(from, to, Evidence.EXACT), what);
    }

    /**
     * Where among the states of a life the step from number {@code start} leads, -1 if the life did not take it. SYNs that
     * cross leave no trace when nobody looks while they do: then SYN-SENT to ESTABLISHED is taken for the one step that it
     * nearly always is.
     */
    private static int endOfStep(Life life, int start, TcpState to) {
        List<TcpState> states = life.states();
        if (start < 0) {
            return -1;
        }
        boolean crossed = states.get(start) == TcpState.SYN_SENT
                && to == TcpState.ESTABLISHED
                && life.direction() == Direction.BOTH;
        int end = start + (crossed ? 2 : 1);
        return end < states.size() && states.get(end) == to ? end : -1;
    }

    /** Whether a look can have been taken while the life was in its state number {@code at}. */
    private boolean canBeSeen(Life life, int at) {
        if (at == 0 || at > life.visits.size()) {
            // Nobody needs to see a connection that is not there.
            return true;
        }
        Visit visit = life.visits.get(at - 1);
        long earliest = held.get(visit.from()).toNanos();
        for (LabFollower.Look look : looks) {
            boolean before = look.endNanos() < earliest;
            boolean after = visit.until() < path.checks()
                    && look.startNanos() > held.get(visit.until() + 1).fromNanos();
            if (!before && !after) {
                return true;
            }
        }
        return false;
    }

    private void assertConnectionsAreTrue(Direction direction, ConnectionCounts connections) {
        String what = direction + " in " + path.lives() + ": " + connections;
        long opened =
                path.lives().stream().filter(life -> mayBe(life, direction)).count();
        assertTrue(connections.opened(direction) <= opened, what);
        for (EndedBy by : EndedBy.values()) {
            long ended = path.lives().stream()
                    .filter(life -> life.gone >= 0 && mayBe(life, direction) && mayEnd(life, by))
                    .count();
            assertTrue(connections.closed(direction, by) <= ended, () -> by + ", " + what);
        }
    }

    /** With crossed SYNs our own is sure, the other one is not: see above. */
    private static boolean mayBe(Life life, Direction direction) {
        return direction == Direction.UNKNOWN || direction == life.direction() || direction == life.opened();
    }

    /** The same with FINs: that ours went out before the other one came is true, even when CLOSING was not seen. */
    private static boolean mayEnd(Life life, EndedBy by) {
        return life.ends.contains(by) || (life.firstFin == EndedBy.BOTH && by == EndedBy.LOCAL);
    }
}
