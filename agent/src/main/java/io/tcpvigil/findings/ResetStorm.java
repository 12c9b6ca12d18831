// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Many connections end by a reset instead of a close. */
final class ResetStorm extends Detector {
    private static final double OF_OPENED = 0.2;
    private static final double CRITICAL = 10;

    ResetStorm() {
        super(FindingId.RESET_STORM);
    }

    @Override
    boolean isHistory() {
        return true;
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalDouble rate = now.rates().perSecond(KernelEvent.ESTAB_RESETS);
        OptionalLong active = now.rates().count(KernelEvent.ACTIVE_OPENS);
        OptionalLong passive = now.rates().count(KernelEvent.PASSIVE_OPENS);
        if (rate.isEmpty() || active.isEmpty() || passive.isEmpty()) {
            out.unknown("EstabResets is not known, or was looked at only once");
            return;
        }
        long resets = now.rates().atLeast(KernelEvent.ESTAB_RESETS);
        long opened = active.getAsLong() + passive.getAsLong();
        // A host with many connections has some resets at any time: it is their share that tells.
        double share = opened == 0 ? (resets > 0 ? 1 : 0) : (double) resets / opened;
        double many = threshold(now);
        double pressure = Math.min(rate.getAsDouble() / many, share / OF_OPENED);
        out.add(
                new Level(out.id(), Scope.NAMESPACE, "resets in a second", rate.getAsDouble(), many, pressure),
                rate.getAsDouble() >= CRITICAL * many ? 1 : Double.POSITIVE_INFINITY,
                () -> account(now, resets, opened, rate.getAsDouble()));
    }

    private static Account account(Observation now, long resets, long opened, double rate) {
        long unread = now.rates().atLeast(KernelEvent.ABORT_ON_CLOSE);
        long data = now.rates().atLeast(KernelEvent.ABORT_ON_DATA);
        long timeout = now.rates().atLeast(KernelEvent.ABORT_ON_TIMEOUT);
        Account account = new Account(resets, Text.rate(rate) + " connections a second end by a reset")
                .measure("opened", opened, "/proc/net/snmp ActiveOpens, PassiveOpens")
                .counted(
                        now,
                        KernelEvent.ESTAB_RESETS,
                        KernelEvent.OUT_RSTS,
                        KernelEvent.ABORT_ON_CLOSE,
                        KernelEvent.ABORT_ON_DATA,
                        KernelEvent.ABORT_ON_TIMEOUT,
                        KernelEvent.ABORT_ON_MEMORY)
                .means("A reset throws away what was under way; the other side sees 'connection reset by peer'.")
                .command("tcpvigil follow");
        // Where both ends are on this host, each is counted twice, and its cause once.
        if (2 * unread >= resets) {
            return account.remedy("Most are ours, because a process closed with unread data: read to the end before"
                    + " close(), or shut down first.");
        }
        if (2 * data >= resets) {
            return account.remedy("Most are ours: SO_LINGER 0 closes by reset, or data came after the close. Drop"
                    + " SO_LINGER 0, and let peers finish before closing.");
        }
        return account.remedy(
                2 * timeout >= resets
                        ? "Most are time-outs: peers vanished without a FIN. Look at the network between, and at NAT or"
                                + " firewalls that forget idle connections."
                        : "Most come from the peers: a crashing or restarting service, a load balancer that drops idle"
                                + " connections, or a listener closed with connections in its queue.");
    }
}
