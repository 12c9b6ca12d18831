// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.SocketUsage;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Sockets that no dump shows grow: a process holds descriptors of connections that were reset, or that closed first. Only
 * growth tells, because sockets of other network namespaces are among them.
 */
final class HiddenClosed extends Detector {
    private static final double CRITICAL = 50;
    private static final int FEWEST_LOOKS = 12;
    private static final int MOST_LOOKS = 32;

    private final Deque<Long> lately = new ArrayDeque<>();

    HiddenClosed() {
        super(FindingId.HIDDEN_CLOSED);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        SocketUsage usage = now.usage();
        if (usage.allocated().isEmpty() || usage.inUse().isEmpty()) {
            out.unknown("the kernel's count of sockets could not be read");
            return;
        }
        long hidden = usage.allocated().getAsLong()
                - usage.inUse().getAsLong()
                - usage.inUseIpv6().orElse(0)
                - rows.bound();
        lately.addLast(hidden);
        if (lately.size() > MOST_LOOKS) {
            lately.removeFirst();
        }
        if (lately.size() < FEWEST_LOOKS) {
            out.unknown("growth shows after " + FEWEST_LOOKS + " looks only: look for longer, 10 s or more");
            return;
        }
        long grown = Math.max(0, grown());
        out.add(
                Scope.HOST,
                "sockets that no dump shows, more than before",
                grown,
                threshold(now),
                CRITICAL,
                () -> new Account(grown, grown + " more sockets are held that are in no table of the kernel")
                        .measure("hidden", hidden, "/proc/net/sockstat alloc - inuse")
                        .measure("grown_by", grown, Measure.LOOKS)
                        .measure("allocated", usage.allocated().getAsLong(), "/proc/net/sockstat alloc")
                        .measure("in_use", usage.inUse().getAsLong(), "/proc/net/sockstat inuse")
                        .means(
                                "A process keeps descriptors of connections that are over: reset by the peer, or in TIME-WAIT"
                                        + " while still open here; or another network namespace has more sockets than before.")
                        .remedy(
                                "Look for a process whose /proc/PID/fd grows without its sockets being in the snapshot: it"
                                        + " does not close after an error (ECONNRESET, EPIPE).")
                        .command("tcpvigil snapshot --by process"));
    }

    /** How far the lowest of the last quarter of looks is above the highest of the first: what comes and goes is no growth. */
    private long grown() {
        int quarter = lately.size() / 4;
        long highest = Long.MIN_VALUE;
        long lowest = Long.MAX_VALUE;
        int at = 0;
        for (long hidden : lately) {
            if (at < quarter) {
                highest = Math.max(highest, hidden);
            } else if (at >= lately.size() - quarter) {
                lowest = Math.min(lowest, hidden);
            }
            at++;
        }
        return lowest - highest;
    }
}
