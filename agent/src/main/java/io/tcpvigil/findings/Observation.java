// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.ports.DestinationTrends;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.tcp.StateAge;
import java.util.Map;

/**
 * What detectors look at: one full sample, and what is known around it. Valid while they look.
 *
 * @param nanos monotonic time of the sample
 * @param table every socket
 * @param connections how long each has been in its state
 * @param rates what the kernel counted lately
 * @param usage how many sockets the kernel counts
 * @param range the ephemeral ports; null when not known
 * @param trends how the use of ports by destination grows
 * @param coverage what was lately seen of what the kernel counted; events that could not be compared are missing
 * @param holders who holds each socket
 * @param thresholds what somebody has set; may differ from one look to the next
 */
public record Observation(
        long nanos,
        SocketTable table,
        TrackedConnections connections,
        LifecycleReport lifecycle,
        EventRates rates,
        SocketUsage usage,
        Limits limits,
        PortBreakdown ports,
        @Nullable EphemeralRange range,
        DestinationTrends trends,
        Map<CoverageEvent, EventCoverage> coverage,
        Holders holders,
        Thresholds thresholds) {

    /** Milliseconds that a row has been in its state at least. */
    long stateMillis(int row) {
        int handle = connections.find(table, row);
        long followed = handle == TrackedConnections.NOT_TRACKED ? 0 : connections.stateMillis(handle);
        return Math.max(followed, StateAge.atLeastMillis(table, row));
    }

    /** What is to be said where the last ACK is not known: then a row passes for silent that is half closed and in use. */
    String ifSilenceIsAssumed(int row) {
        return table.lastAckReceivedMillis(row) == SocketTable.UNKNOWN
                ? " This source does not tell when the peer last answered: some may be half closed and in use."
                : "";
    }

    /** Milliseconds that a row has been in its state and nothing came from the peer, at least. */
    long silentMillis(int row) {
        long inState = stateMillis(row);
        int lastAck = table.lastAckReceivedMillis(row);
        return lastAck == SocketTable.UNKNOWN ? inState : Math.min(inState, lastAck);
    }
}
