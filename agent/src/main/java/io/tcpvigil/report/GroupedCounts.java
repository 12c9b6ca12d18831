// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sockets counted by one thing, for a look on demand: it makes objects per group, so it is not for every sample. */
public final class GroupedCounts {
    /**
     * The sockets of one group.
     *
     * @param showsBound whether bound sockets were told of; else {@link StateCounts#bound} is unknown, not 0
     */
    public record Group(String key, StateCounts states, boolean showsBound) {
        /** A group of sockets among which bound ones were told of, or of a kind that has none. */
        public Group(String key, StateCounts states) {
            this(key, states, true);
        }
    }

    private GroupedCounts() {}

    /** One group for each local port. */
    public static List<Group> byLocalPort(SocketTable table) {
        Map<Integer, StateCounts.Tally> tallies = new HashMap<>();
        for (int row = 0; row < table.rows(); row++) {
            count(tallies, table.localPort(row), table, row);
        }
        return sorted(tallies);
    }

    /** One group for each remote address, v4-mapped ones as the IPv4 that they are; listeners have none. */
    public static List<Group> byRemoteAddress(SocketTable table) {
        Map<IpAddress, StateCounts.Tally> tallies = new HashMap<>();
        for (int row = 0; row < table.rows(); row++) {
            if (table.kind(row) != SocketKind.BOUND && table.state(row) != TcpState.LISTEN) {
                IpAddress remote =
                        new IpAddress(table.isIpv6(row), table.remoteHigh(row), table.remoteLow(row)).onWire();
                count(tallies, remote, table, row);
            }
        }
        return sorted(tallies);
    }

    /** Names the groups that a row belongs to. */
    public interface Keys {
        /** The groups of a row: one as a rule, several when it counts in each of them. */
        List<String> of(int row);
    }

    /** One group for each name. */
    public static List<Group> by(SocketTable table, Keys keys) {
        Map<String, StateCounts.Tally> tallies = new HashMap<>();
        for (int row = 0; row < table.rows(); row++) {
            for (String key : keys.of(row)) {
                count(tallies, key, table, row);
            }
        }
        return sorted(tallies);
    }

    private static <K> void count(Map<K, StateCounts.Tally> tallies, K key, SocketTable table, int row) {
        tallies.computeIfAbsent(key, none -> new StateCounts.Tally()).add(table.state(row), table.kind(row));
    }

    private static <K> List<Group> sorted(Map<K, StateCounts.Tally> tallies) {
        List<Group> groups = new ArrayList<>(tallies.size());
        tallies.forEach((key, tally) -> groups.add(new Group(key.toString(), tally.counts())));
        return sorted(groups);
    }

    /** One group for each entry. */
    public static List<Group> of(Map<String, StateCounts> counts) {
        List<Group> groups = new ArrayList<>(counts.size());
        counts.forEach((key, states) -> groups.add(new Group(key, states)));
        return sorted(groups);
    }

    /** The largest group first, then by key. */
    private static List<Group> sorted(List<Group> groups) {
        groups.sort(Comparator.comparingLong(
                        (Group group) -> group.states().total() + group.states().bound())
                .reversed()
                .thenComparing(Group::key));
        return groups;
    }
}
