// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import java.util.OptionalDouble;

/** TIME-WAIT was skipped, because there were {@code tcp_max_tw_buckets} of them. */
final class TimeWaitOverflow extends Detector {
    private static final double ONE_A_MINUTE = 1 / 60.0;
    private static final double CRITICAL = 6000;

    TimeWaitOverflow() {
        super(FindingId.TIME_WAIT_OVERFLOW);
    }

    @Override
    boolean isHistory() {
        return true;
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalDouble rate = now.rates().perSecond(KernelEvent.TIME_WAIT_OVERFLOW);
        if (rate.isEmpty()) {
            out.unknown("TCPTimeWaitOverflow is not counted, or was looked at only once");
            return;
        }
        long count = now.rates().atLeast(KernelEvent.TIME_WAIT_OVERFLOW);
        out.add(
                new Level(
                        out.id(), Scope.NAMESPACE, "TIME-WAIT skipped", count, threshold(now), count / threshold(now)),
                rate.getAsDouble() / ONE_A_MINUTE >= CRITICAL ? 1 : Double.POSITIVE_INFINITY,
                () -> new Account(
                                count,
                                count + " connections were closed without TIME-WAIT: tcp_max_tw_buckets is reached")
                        .counted(now, KernelEvent.TIME_WAIT_OVERFLOW, KernelEvent.TW)
                        .measure("time_wait", now.usage().timeWait().orElse(-1), "/proc/net/sockstat tw")
                        .measure(
                                "tcp_max_tw_buckets",
                                now.limits().timeWaitBuckets().orElse(-1),
                                "net.ipv4.tcp_max_tw_buckets")
                        .means(
                                "These connections have no protection from late segments of their predecessors, and a peer"
                                        + " whose last ACK was lost gets a reset.")
                        .remedy(
                                "Raise net.ipv4.tcp_max_tw_buckets, or make fewer short connections (keep-alive, pools)."
                                        + " Lowering it does not save ports; it only breaks closing.")
                        .command("tcpvigil snapshot --by port state=time_wait"));
    }
}
