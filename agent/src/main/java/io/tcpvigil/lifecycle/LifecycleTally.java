// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.TcpState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Everything that is counted about connections. Allocates nothing when it counts, except for an anomaly. */
final class LifecycleTally {
    private static final TcpState[] STATES = TcpState.values();
    private static final Direction[] DIRECTIONS = Direction.values();
    private static final EndedBy[] ENDS = EndedBy.values();
    /** Enough to see what is wrong, few enough for a source that has gone mad. */
    static final int ANOMALIES_KEPT = 16;

    private final TransitionCounts.Tally transitions = new TransitionCounts.Tally();
    private final TransitionCounts.Tally ofStandIns = new TransitionCounts.Tally();
    private final ConnectionCounts.Tally connections = new ConnectionCounts.Tally();
    private final long[] live = new long[STATES.length];
    private final Durations.Tally[] stateDurations = tallies(STATES.length);
    private final Durations.Tally[] connectionDurations = tallies(DIRECTIONS.length * ENDS.length);
    private final ArrayDeque<Anomaly> anomalies = new ArrayDeque<>();
    private long anomalyCount;
    private int keptInDump;
    private long openedInbound;
    private long openedOutbound;
    private long failed;
    private long maybeFailed;
    private long maybeReset;
    private long failedOrReset;
    private long minisocks;
    private long orphans;

    private static Durations.Tally[] tallies(int count) {
        Durations.Tally[] tallies = new Durations.Tally[count];
        for (int i = 0; i < count; i++) {
            tallies[i] = new Durations.Tally();
        }
        return tallies;
    }

    /** Counts the steps between two looks, as {@link Inference} gives them. */
    void steps(int[] steps) {
        for (int step : steps) {
            transitions.add(Inference.from(step), Inference.to(step), Inference.evidence(step));
        }
    }

    /** The same, when a message told of them and no look showed where they led: nothing of it was observed. */
    void stepsUnseen(int[] steps) {
        for (int step : steps) {
            Evidence known = Inference.evidence(step);
            Evidence evidence = known == Evidence.OBSERVED ? Evidence.INFERRED : known;
            transitions.add(Inference.from(step), Inference.to(step), evidence);
        }
    }

    void step(TcpState from, TcpState to, Evidence evidence) {
        transitions.add(from.ordinal(), to.ordinal(), evidence);
    }

    void opened(Direction direction) {
        connections.opened(direction);
        if (direction == Direction.OUTBOUND || direction == Direction.BOTH) {
            openedOutbound++;
        }
    }

    void preexisting() {
        connections.preexisting();
    }

    /** A connection that a peer opened has come up. */
    void cameUp() {
        openedInbound++;
    }

    /** Counts a step among those that no full socket made: of a request socket, or a minisock. */
    void stepOfStandIn(TcpState from, TcpState to, Evidence evidence) {
        ofStandIns.add(from.ordinal(), to.ordinal(), evidence);
    }

    /** A full socket was replaced by a minisock in this state. */
    void minisock(TcpState state) {
        minisocks++;
        if (state == TcpState.FIN_WAIT_2) {
            orphans++;
        }
    }

    /** How many such there were. */
    long minisocks() {
        return minisocks;
    }

    void entered(TcpState state) {
        live[state.ordinal()]++;
    }

    void left(TcpState state) {
        live[state.ordinal()]--;
    }

    void dwelt(TcpState state, long millis, boolean exact) {
        stateDurations[state.ordinal()].add(millis, exact);
    }

    void lived(Direction direction, EndedBy by, long millis, boolean exact) {
        connectionDurations[ConnectionCounts.index(direction, by)].add(millis, exact);
    }

    /**
     * Counts an end.
     *
     * @param last the state last seen
     * @param explained whether it is known that the kernel counts it neither as a failure nor as a reset: an attempt that was
     *     given up, a request socket whose timer ran out
     */
    void closed(TcpState last, Direction direction, EndedBy by, boolean explained) {
        connections.closed(direction, by);
        if (explained) {
            return;
        }
        switch (last) {
            case SYN_SENT, SYN_RECEIVED -> {
                if (by == EndedBy.REFUSED) {
                    failed++;
                } else {
                    maybeFailed++;
                }
            }
            // By a RST or a time-out, unless by FINs that no dump showed.
            case ESTABLISHED, CLOSE_WAIT -> maybeReset++;
            case LISTEN, FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT, CLOSED -> {}
        }
    }

    /** Counts the end of a connection of which only this is known: it was disconnected, before it came up or after. */
    void disconnected(Direction direction, EndedBy by) {
        connections.closed(direction, by);
        failedOrReset++;
    }

    /** Counts a jump with no legal way; whether its details are still wanted in this dump. */
    boolean anomaly() {
        anomalyCount++;
        return keptInDump < ANOMALIES_KEPT;
    }

    void keep(Anomaly anomaly) {
        keptInDump++;
        if (anomalies.size() == ANOMALIES_KEPT) {
            anomalies.removeFirst();
        }
        anomalies.addLast(anomaly);
    }

    void startDump() {
        keptInDump = 0;
    }

    TransitionCounts transitions() {
        return transitions.snapshot();
    }

    StandIns standIns() {
        return new StandIns(ofStandIns.snapshot(), orphans);
    }

    ConnectionCounts connections() {
        return connections.snapshot();
    }

    SeenTotals seen() {
        return new SeenTotals(openedInbound, openedOutbound, failed, maybeFailed, maybeReset, failedOrReset, minisocks);
    }

    long anomalyCount() {
        return anomalyCount;
    }

    List<Anomaly> anomalies() {
        return new ArrayList<>(anomalies);
    }

    Map<TcpState, Long> live() {
        Map<TcpState, Long> map = new EnumMap<>(TcpState.class);
        for (TcpState state : STATES) {
            if (isOfConnection(state)) {
                map.put(state, live[state.ordinal()]);
            }
        }
        return map;
    }

    Map<TcpState, Durations> stateDurations() {
        Map<TcpState, Durations> map = new EnumMap<>(TcpState.class);
        for (TcpState state : STATES) {
            if (isOfConnection(state)) {
                map.put(state, stateDurations[state.ordinal()].snapshot());
            }
        }
        return map;
    }

    Map<Direction, Map<EndedBy, Durations>> connectionDurations() {
        Map<Direction, Map<EndedBy, Durations>> map = new EnumMap<>(Direction.class);
        for (Direction direction : DIRECTIONS) {
            Map<EndedBy, Durations> byEnd = new EnumMap<>(EndedBy.class);
            for (EndedBy end : ENDS) {
                byEnd.put(end, connectionDurations[ConnectionCounts.index(direction, end)].snapshot());
            }
            map.put(direction, Map.copyOf(byEnd));
        }
        return map;
    }

    private static boolean isOfConnection(TcpState state) {
        return state != TcpState.LISTEN && state != TcpState.CLOSED;
    }
}
