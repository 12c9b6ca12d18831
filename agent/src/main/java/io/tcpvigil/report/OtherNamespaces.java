// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.tcp.StateCounts;
import java.util.List;

/**
 * The network namespaces of the machine besides the one that the report is about: how many sockets are in which state. What
 * became of their connections is not followed.
 *
 * @param counted those that could be read, in full
 * @param gaps what could not be read, and why, one line each
 */
public record OtherNamespaces(List<Counted> counted, List<String> gaps) {
    /**
     * One of them.
     *
     * @param inode its number
     * @param label its name, else {@code net:[INODE]}
     * @param source {@code netlink} or {@code proc}
     * @param showsBound whether bound sockets were among the rows; else their number is unknown, not 0
     */
    public record Counted(
            long inode, String label, String source, StateCounts ipv4, StateCounts ipv6, boolean showsBound) {}

    public OtherNamespaces {
        counted = List.copyOf(counted);
        gaps = List.copyOf(gaps);
    }

    /** Whether one of them could not be read over netlink. */
    public boolean readsProc() {
        return counted.stream().anyMatch(each -> each.source().equals("proc"));
    }
}
