// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.TcpState;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the tracker knows after a dump. Totals are since the tracker began and never fall. Immutable.
 *
 * @param nanos monotonic time of the last dump that was taken in
 * @param afterPause whether that dump ended a pause, see {@link Sample}: totals are right, but what they grew by is no
 *     measure of a rate
 * @param transitions steps made
 * @param standIns which of them no full socket made
 * @param connections connections come and gone
 * @param live tracked connections by state; every state has a number
 * @param listeners listening sockets in the last dump that showed them
 * @param oldest by state the age of the connection that has been in it for longest, as of the last complete dump that showed
 *     the state; states with none are missing
 * @param shown the states that a complete dump has shown: what is missing in {@code oldest} of others is not known
 * @param stateDurations by state the time spent in it, by those who have left it; every state of a connection is there
 * @param connectionDurations life times of ended connections, by direction and then by what ended them; all are there
 * @param seen what coverage is measured by
 * @param anomalyCount jumps with no legal way
 * @param anomalies the last few of them
 * @param dumps what the tracker was given
 * @param destroys what became of destroy messages
 * @param trackedBytes memory that the tracked connections take
 */
public record LifecycleReport(
        long nanos,
        boolean afterPause,
        TransitionCounts transitions,
        StandIns standIns,
        ConnectionCounts connections,
        Map<TcpState, Long> live,
        int listeners,
        Map<TcpState, Age> oldest,
        Set<TcpState> shown,
        Map<TcpState, Durations> stateDurations,
        Map<Direction, Map<EndedBy, Durations>> connectionDurations,
        SeenTotals seen,
        long anomalyCount,
        List<Anomaly> anomalies,
        DumpCounts dumps,
        DestroyCounts destroys,
        long trackedBytes) {

    public LifecycleReport {
        live = copy(live);
        oldest = copy(oldest);
        shown = Set.copyOf(shown);
        stateDurations = copy(stateDurations);
        connectionDurations = Map.copyOf(connectionDurations);
        anomalies = List.copyOf(anomalies);
    }

    private static <V> Map<TcpState, V> copy(Map<TcpState, V> map) {
        EnumMap<TcpState, V> copy = new EnumMap<>(TcpState.class);
        copy.putAll(map);
        return Collections.unmodifiableMap(copy);
    }

    /** Connections in this state. */
    public long live(TcpState state) {
        return live.getOrDefault(state, 0L);
    }

    /** Connections in any state. */
    public long liveConnections() {
        long sum = 0;
        for (long each : live.values()) {
            sum += each;
        }
        return sum;
    }

    /** The age of the connection that has been in this state for longest; null when there is none, or it is not known. */
    public @Nullable Age oldest(TcpState state) {
        return oldest.get(state);
    }

    /** Whether a complete dump has shown this state, so that it is known who is the oldest in it, if any. */
    public boolean isOldestKnown(TcpState state) {
        return shown.contains(state);
    }

    /** Time spent in this state by those who have left it; nothing for LISTEN and CLOSED. */
    public Durations stateDurations(TcpState state) {
        return stateDurations.getOrDefault(state, Durations.NONE);
    }

    /** Life times of connections of this direction that ended this way. */
    public Durations connectionDurations(Direction direction, EndedBy endedBy) {
        return connectionDurations.getOrDefault(direction, Map.of()).getOrDefault(endedBy, Durations.NONE);
    }
}
