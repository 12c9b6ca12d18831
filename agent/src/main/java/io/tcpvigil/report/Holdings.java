// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.tcp.StateCounts;
import java.util.List;

/**
 * Who holds the sockets of the last full sample. Each socket is in one group of {@code processes} or in {@code noProcess}, and
 * in one group of {@code units} or in {@code noUnit}: both add up to the whole.
 *
 * <p>One that several processes share counts once, under the process of the lowest pid but for pid 1, which opens sockets for
 * the services that it starts.
 *
 * @param processes by name, most sockets first; processes of one name together
 * @param noProcess those whose process is not known: it may not be read, or has not been found yet, or nobody holds them
 * @param units by systemd unit or container, most sockets first
 * @param noUnit those whose unit is not known, or whose process is in none
 * @param descriptors open files of the processes with most sockets, a bounded number
 * @param hidden whether there are processes that do not show what they hold: what has no known process may be theirs
 */
public record Holdings(
        List<GroupedCounts.Group> processes,
        StateCounts noProcess,
        List<GroupedCounts.Group> units,
        StateCounts noUnit,
        List<Descriptors> descriptors,
        boolean hidden) {

    /**
     * Descriptors of one process.
     *
     * @param name of the process
     * @param open how many it has
     * @param limit how many it may have; {@link Long#MAX_VALUE} for no limit
     */
    public record Descriptors(String name, long open, long limit) {
        /** The share of the limit in use, 0 to 1. */
        public double share() {
            return (double) open / limit;
        }
    }

    public Holdings {
        processes = List.copyOf(processes);
        units = List.copyOf(units);
        descriptors = List.copyOf(descriptors);
    }
}
