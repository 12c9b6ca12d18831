// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import java.util.OptionalLong;

/** Connects that are refused or time out. */
final class ConnectFailures extends Detector {
    private static final double OF_ATTEMPTS = 0.1;
    private static final double CRITICAL_SHARE = 0.5;
    private static final double CRITICAL_COUNT = 100;

    ConnectFailures() {
        super(FindingId.CONNECT_FAILURES);
    }

    @Override
    boolean isHistory() {
        return true;
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalLong failed = now.rates().count(KernelEvent.ATTEMPT_FAILS);
        OptionalLong embryonic = now.rates().count(KernelEvent.EMBRYONIC_RSTS);
        OptionalLong active = now.rates().count(KernelEvent.ACTIVE_OPENS);
        if (failed.isEmpty() || active.isEmpty()) {
            out.unknown("AttemptFails is not known, or was looked at only once");
            return;
        }
        // Half-open connections that a peer reset are counted among them, and are no connects of ours.
        long ours = Math.max(0, failed.getAsLong() - embryonic.orElse(0));
        double share = active.getAsLong() == 0 ? (ours > 0 ? 1 : 0) : (double) ours / active.getAsLong();
        double many = threshold(now);
        double pressure = Math.min(ours / many, share / OF_ATTEMPTS);
        out.add(
                new Level(out.id(), Scope.NAMESPACE, "failed connects", ours, many, pressure),
                share >= CRITICAL_SHARE && ours >= CRITICAL_COUNT ? 1 : Double.POSITIVE_INFINITY,
                () -> account(now, ours, share));
    }

    private static Account account(Observation now, long ours, double share) {
        long timeouts = now.rates().atLeast(KernelEvent.ABORT_ON_TIMEOUT);
        return new Account(ours, ours + " connects failed, " + Text.percent(Math.min(1, share)) + " of all")
                .measure("failed_connects", ours, "/proc/net/snmp AttemptFails without EmbryonicRsts")
                .counted(now, KernelEvent.ACTIVE_OPENS, KernelEvent.ABORT_ON_TIMEOUT, KernelEvent.SYN_RETRANS)
                .means("Connections that we tried to open were refused or not answered.")
                .remedy(
                        2 * timeouts >= ours
                                ? "Most timed out: a destination is dead or filtered. See syn_sent_pile for which."
                                : "Most were refused: nothing listens where we connect to. Look for a service that is down,"
                                        + " or a client with an old address or port.")
                .command("tcpvigil follow state=syn_sent");
    }
}
