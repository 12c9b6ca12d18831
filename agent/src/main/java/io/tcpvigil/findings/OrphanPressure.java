// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import java.util.OptionalLong;

/** Closed connections that still send: at {@code tcp_max_orphans} the kernel resets them. */
final class OrphanPressure extends Detector {
    private static final double CRITICAL = 0.8;

    OrphanPressure() {
        super(FindingId.ORPHAN_PRESSURE);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalLong orphans = now.usage().orphans();
        OptionalLong limit = now.limits().orphans();
        if (orphans.isEmpty() || limit.isEmpty()) {
            out.unknown("tcp_max_orphans is not told in this network namespace");
            return;
        }
        out.fills(
                Scope.HOST,
                "orphans of tcp_max_orphans",
                orphans.getAsLong(),
                limit.getAsLong(),
                threshold(now),
                CRITICAL,
                () -> new Account(
                                orphans.getAsLong(),
                                orphans.getAsLong() + " orphans, "
                                        + Text.percent((double) orphans.getAsLong() / limit.getAsLong())
                                        + " of tcp_max_orphans")
                        .measure("orphans", orphans.getAsLong(), "/proc/net/sockstat orphan")
                        .measure("tcp_max_orphans", limit.getAsLong(), "net.ipv4.tcp_max_orphans")
                        .counted(now, KernelEvent.ABORT_ON_MEMORY)
                        .means(
                                "Orphans are closed by their process and not yet by the peer: FIN-WAIT-1, LAST-ACK, CLOSING."
                                        + " One that makes no progress counts up to four times; at the limit the kernel resets.")
                        .remedy("Find the peers that do not acknowledge (fin_wait_1_stuck, last_ack_stuck). A lower"
                                + " net.ipv4.tcp_orphan_retries ends them sooner; each may hold 64 KB.")
                        .command("tcpvigil snapshot --by remote state=fin_wait_1,last_ack,closing"));
    }
}
