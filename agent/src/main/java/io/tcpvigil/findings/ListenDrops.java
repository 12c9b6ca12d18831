// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import java.util.OptionalDouble;

/** Listeners drop SYNs or last ACKs, for whatever reason. */
final class ListenDrops extends Detector {
    private static final double CRITICAL = 50;

    ListenDrops() {
        super(FindingId.LISTEN_DROPS);
    }

    @Override
    boolean isHistory() {
        return true;
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalDouble rate = now.rates().perSecond(KernelEvent.LISTEN_DROPS);
        if (rate.isEmpty()) {
            out.unknown("ListenDrops is not counted, or was looked at only once");
            return;
        }
        out.add(
                Scope.NAMESPACE,
                "drops at listeners in a second",
                rate.getAsDouble(),
                threshold(now),
                CRITICAL,
                () -> account(now, rate.getAsDouble()));
    }

    private static Account account(Observation now, double rate) {
        long drops = now.rates().atLeast(KernelEvent.LISTEN_DROPS);
        long overflows = now.rates().atLeast(KernelEvent.LISTEN_OVERFLOWS);
        long queue = now.rates().atLeast(KernelEvent.REQ_Q_FULL_DROP);
        Account account = new Account(drops, "listeners drop " + Text.rate(rate) + " handshakes a second")
                .counted(now, KernelEvent.LISTEN_DROPS, KernelEvent.LISTEN_OVERFLOWS, KernelEvent.REQ_Q_FULL_DROP)
                .means("Each is a client that waits a second or more and tries again, or gives up.")
                .command("tcpvigil snapshot --by port");
        if (2 * overflows > drops) {
            return account.remedy("Most are overflows of an accept queue: an application accepts too slowly, or its"
                    + " backlog is too short. See accept_queue_full, and QUEUE against LIMIT in the snapshot.");
        }
        return account.remedy(
                2 * queue > drops
                        ? "Most are drops at a full SYN queue with SYN cookies off: set net.ipv4.tcp_syncookies=1, raise"
                                + " net.ipv4.tcp_max_syn_backlog and the backlog of the listener."
                        : "They are no overflows: the kernel lacked memory or a route back, or a filter refused them."
                                + " Look at the kernel's log and at memory_pressure.");
    }
}
