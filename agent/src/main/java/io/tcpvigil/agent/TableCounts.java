// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.util.OptionalLong;

/** Counts the rows of one dump by family and state. */
final class TableCounts {
    private StateCounts ipv4 = new StateCounts.Tally().counts();
    private StateCounts ipv6 = ipv4;
    private long fullIpv4;
    private long fullIpv6;

    void count(SocketTable table) {
        StateCounts.Tally tally4 = new StateCounts.Tally();
        StateCounts.Tally tally6 = new StateCounts.Tally();
        fullIpv4 = 0;
        fullIpv6 = 0;
        for (int row = 0; row < table.rows(); row++) {
            SocketKind kind = table.kind(row);
            int full = kind == SocketKind.FULL ? 1 : 0;
            if (table.isIpv6(row)) {
                tally6.add(table.state(row), kind);
                fullIpv6 += full;
            } else {
                tally4.add(table.state(row), kind);
                fullIpv4 += full;
            }
        }
        ipv4 = tally4.counts();
        ipv6 = tally6.counts();
    }

    /**
     * Adds what a fast dump has none of. Established connections: of all full sockets in its tables, which the kernel
     * counts, they are those that the dump does not show; where the kernel's count is not known, as many as the last full
     * sample had. Bound sockets: as many as the last full sample had.
     */
    void addWhatFastDumpsLack(@Nullable SocketUsage usage, Report lastFull) {
        OptionalLong inUse = usage == null ? OptionalLong.empty() : usage.inUse();
        OptionalLong inUseIpv6 = usage == null ? OptionalLong.empty() : usage.inUseIpv6();
        ipv4 = with(ipv4, inUse, fullIpv4, lastFull.ipv4());
        ipv6 = with(ipv6, inUseIpv6, fullIpv6, lastFull.ipv6());
    }

    private static StateCounts with(StateCounts counts, OptionalLong inUse, long shown, StateCounts lastFull) {
        long last = lastFull.of(TcpState.ESTABLISHED);
        // Count and dump are some microseconds apart: a few more may be shown than are counted.
        return counts.with(TcpState.ESTABLISHED, inUse.isPresent() ? Math.max(0, inUse.getAsLong() - shown) : last)
                .withBound(lastFull.bound());
    }

    /** Sockets of family AF_INET. */
    StateCounts ipv4() {
        return ipv4;
    }

    /** Sockets of family AF_INET6. */
    StateCounts ipv6() {
        return ipv6;
    }
}
