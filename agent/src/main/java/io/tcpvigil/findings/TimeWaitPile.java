// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.TcpState;
import java.util.OptionalLong;

/**
 * TIME-WAIT where it matters: against {@code tcp_max_tw_buckets}, and against the ephemeral ports of a destination. On a port of
 * our own it costs some memory and nothing else, however many there are.
 */
final class TimeWaitPile extends Detector {
    private static final double WARN_PORTS = 0.7;
    private static final double CRITICAL = 0.98;

    TimeWaitPile() {
        super(FindingId.TIME_WAIT_PILE);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalLong limit = now.limits().timeWaitBuckets();
        OptionalLong used = now.usage().timeWait();
        if (limit.isPresent() && used.isPresent()) {
            out.fills(
                    Scope.NAMESPACE,
                    "TIME-WAIT of tcp_max_tw_buckets",
                    used.getAsLong(),
                    limit.getAsLong(),
                    threshold(now),
                    CRITICAL,
                    () -> ofNamespace(now, rows, used.getAsLong(), limit.getAsLong()));
        } else {
            out.unknown("tcp_max_tw_buckets or the count of TIME-WAIT could not be read");
        }
        for (DestinationUse use : now.ports().destinations()) {
            long waiting = use.states().of(TcpState.TIME_WAIT);
            // Those that may be taken over are in nobody's way.
            long blocked = Math.min(waiting, use.portsUsed()) - Math.max(0, use.portsReusable());
            if (2 * waiting > use.portsUsed() && blocked > 0) {
                out.fills(
                        Scope.destination(use.source(), use.destination(), use.port()),
                        "ports held by TIME-WAIT",
                        blocked,
                        use.portsAvailable(),
                        WARN_PORTS,
                        CRITICAL,
                        () -> ofDestination(use, waiting, blocked));
            }
        }
    }

    private static Account ofNamespace(Observation now, Rows rows, long used, long limit) {
        Account account = new Account(
                        used, used + " in TIME-WAIT, " + Text.percent((double) used / limit) + " of tcp_max_tw_buckets")
                .measure("time_wait", used, "/proc/net/sockstat tw")
                .measure("time_wait_shown", rows.of(TcpState.TIME_WAIT).size(), Measure.DUMP)
                .measure("tcp_max_tw_buckets", limit, "net.ipv4.tcp_max_tw_buckets")
                .measure(
                        "minisocks_per_second",
                        now.rates().perSecond(KernelEvent.TW).orElse(Double.NaN),
                        "/proc/net/netstat TW");
        return account.means("At the limit the kernel closes connections without TIME-WAIT: late segments of an old"
                        + " connection may then reach a new one, and a last ACK that is lost is not sent again.")
                .remedy("Raise net.ipv4.tcp_max_tw_buckets (each takes some 250 bytes), or let connections live longer:"
                        + " keep-alive and pools make fewer of them. The side that closes first gets TIME-WAIT.")
                .command("tcpvigil snapshot --by port state=time_wait");
    }

    private static Account ofDestination(DestinationUse use, long waiting, long blocked) {
        return new Account(
                        waiting,
                        "TIME-WAIT holds " + blocked + " of " + use.portsAvailable() + " ports to "
                                + Text.end(use.destination(), use.port()))
                .measure("time_wait", waiting, Measure.DUMP)
                .measure("ports_used", use.portsUsed(), Measure.DUMP)
                .measure("ports_available", use.portsAvailable(), "net.ipv4.ip_local_port_range")
                .measure("ports_reusable", use.portsReusable(), "net.ipv4.tcp_tw_reuse")
                .port(use.port())
                .means("We close first, so each connection holds its local port for 60 s more. When all are held, the"
                        + " next connect to this destination fails with EADDRNOTAVAIL.")
                .remedy("Keep connections open and reuse them (a pool, HTTP keep-alive). If that is not possible:"
                        + " net.ipv4.tcp_tw_reuse=1, more source or destination addresses, a wider"
                        + " net.ipv4.ip_local_port_range.")
                .command("sudo tcpvigil follow rport=" + use.port() + " peer=" + use.destination());
    }
}
