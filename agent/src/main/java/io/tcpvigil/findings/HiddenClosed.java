// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.SocketUsage;
import java.util.Map;
import java.util.Optional;

/**
 * A process keeps descriptors of connections that were reset, or that it closed only in part: no dump shows them. The kernel
 * counts all sockets of the host, and those of the network namespace that are in a table; more of the former is only a reason
 * to look into the processes, for sockets of other namespaces are among them.
 */
final class HiddenClosed extends Detector {
    private static final double CRITICAL = 50;

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
        long elsewhere = usage.allocated().getAsLong()
                - usage.inUse().getAsLong()
                - usage.inUseIpv6().orElse(0)
                - rows.bound();
        if (elsewhere < threshold(now)) {
            return;
        }
        Optional<Map<Holder, Integer>> hidden =
                now.holders().hidden(now.table(), (int) Math.ceil(threshold(now) * Hysteresis.CLEAR));
        if (hidden.isEmpty()) {
            out.unknown(away(elsewhere) + "; whether some are hidden here shows at the next look");
            return;
        }
        hidden.get()
                .forEach((holder, count) -> out.add(
                        Scope.process(holder),
                        "sockets of connections that are over",
                        count,
                        threshold(now),
                        CRITICAL,
                        () -> account(holder, count, elsewhere)));
        if (hidden.get().isEmpty() && !now.holders().gaps().isEmpty()) {
            out.unknown(away(elsewhere) + "; some may be hidden here, where not every process can be looked into: "
                    + now.holders().gaps());
        }
    }

    /** The kernel counts what is allocated for the whole host. */
    private static String away(long sockets) {
        return sockets + " sockets of the host are in no table here, most of them likely in other network namespaces";
    }

    private static Account account(Holder holder, int count, long elsewhere) {
        return new Account(count, holder.label() + " keeps " + count + " sockets of connections that are over")
                .measure("hidden", count, "/proc/" + holder.pid() + "/fd, and in no table")
                .measure("hidden_or_elsewhere", elsewhere, "/proc/net/sockstat alloc - inuse, all namespaces")
                .holder(holder)
                .means(
                        "They were reset by the peer, or closed by both sides while a descriptor stays open here. No table of"
                                + " the kernel shows them any more; each takes a descriptor until the process closes it or ends.")
                .remedy("It does not close after an error (ECONNRESET, EPIPE) or after shutdown(): look for a path that"
                        + " leaves out close().")
                .command("ls -l /proc/" + holder.pid() + "/fd");
    }
}
