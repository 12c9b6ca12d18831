// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.BindPool;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.ports.Forecast;
import io.tcpvigil.tcp.TcpState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Local ports that run out: to one destination now or soon, to all of them for programs that bind before they connect, and
 * connects that were seen to fail for it, which no counter of the kernel tells.
 */
final class EphemeralExhaustion extends Detector {
    private static final double CRITICAL = 0.95;
    private static final double SOON_SECONDS = 900;
    private static final double VERY_SOON_SECONDS = 180;
    /** A forecast from so little use would be one of a start-up. */
    private static final double FORECAST_FROM = 0.2;

    EphemeralExhaustion() {
        super(FindingId.EPHEMERAL_EXHAUSTION);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        if (now.range() == null) {
            out.unknown("ip_local_port_range could not be read");
            return;
        }
        for (DestinationUse use : now.ports().destinations()) {
            destination(now, use, out);
        }
        List<BindPool> pools = now.ports().pools();
        for (BindPool pool : pools == null ? List.<BindPool>of() : pools) {
            out.fills(
                    new Scope(Scope.Kind.DESTINATION, "any from " + pool.source()),
                    "ports for bind(2)",
                    pool.portsUsed(),
                    pool.portsAvailable(),
                    threshold(now),
                    CRITICAL,
                    () -> account(pool));
        }
        OptionalLong failed = now.rates().connectsWithoutPort();
        if (failed.isPresent()) {
            out.happened(
                    Scope.NAMESPACE,
                    "connects that found no port",
                    failed.getAsLong(),
                    () -> failed(now, failed.getAsLong()));
        } else {
            out.unknown(
                    "connects that find no free port are seen by the probe only, where it can tell network namespaces"
                            + " apart");
        }
    }

    private void destination(Observation now, DestinationUse use, Readings out) {
        int used = use.portsUsed() - Math.max(0, use.portsReusable());
        double share = use.portsAvailable() == 0 ? (used > 0 ? 1 : 0) : (double) used / use.portsAvailable();
        Optional<Forecast.Exhaustion> forecast =
                share >= FORECAST_FROM ? now.trends().exhaustion(use) : Optional.empty();
        double seconds = forecast.map(Forecast.Exhaustion::seconds).orElse(Double.POSITIVE_INFINITY);
        double bySoon = Math.min(10, SOON_SECONDS / Math.max(1, seconds));
        double pressure = Math.max(share / threshold(now), forecast.isPresent() ? bySoon : 0);
        boolean critical = share >= CRITICAL || seconds <= VERY_SOON_SECONDS;
        Scope scope = Scope.destination(use.source(), use.destination(), use.port());
        out.add(
                new Level(out.id(), scope, "ephemeral ports", used, use.portsAvailable(), pressure),
                critical ? 1 : Double.POSITIVE_INFINITY,
                () -> account(now, use, used, share, forecast));
    }

    private static Account account(
            Observation now, DestinationUse use, int used, double share, Optional<Forecast.Exhaustion> forecast) {
        String soon = forecast.isPresent() && forecast.get().seconds() > 0
                ? ", all of them in " + Text.span(forecast.get().seconds())
                : "";
        Account account = new Account(
                        used,
                        Text.percent(share) + " of the ports to " + Text.end(use.destination(), use.port())
                                + " are in use" + soon)
                .measure("ports_used", use.portsUsed(), Measure.DUMP)
                .measure("ports_available", use.portsAvailable(), "net.ipv4.ip_local_port_range")
                .measure("ports_reusable", use.portsReusable(), "net.ipv4.tcp_tw_reuse")
                .measure("time_wait", use.states().of(TcpState.TIME_WAIT), Measure.DUMP)
                .measure("established", use.states().of(TcpState.ESTABLISHED), Measure.DUMP)
                .port(use.port());
        forecast.ifPresent(each -> account.measure("exhausted_in_seconds", each.seconds(), Measure.LOOKS)
                .measure("exhausted_in_seconds_earliest", each.earliestSeconds(), Measure.LOOKS)
                .measure("exhausted_in_seconds_latest", each.latestSeconds(), Measure.LOOKS));
        now.rates().connectsWithoutPort().ifPresent(count -> account.measure("connects_without_port", count, "probe"));
        boolean waiting = 2 * use.states().of(TcpState.TIME_WAIT) > use.portsUsed();
        return account.means("Each connection from one address to one destination needs a local port of its own. When"
                        + " they are used up, connect fails with EADDRNOTAVAIL; other destinations are not affected.")
                .remedy(
                        waiting
                                ? "Most are held by TIME-WAIT: reuse connections (a pool, keep-alive), or set"
                                        + " net.ipv4.tcp_tw_reuse=1. A wider net.ipv4.ip_local_port_range buys time."
                                : "Most are open connections: look for a client that does not close or reuse them, and"
                                        + " bound its pool. A wider net.ipv4.ip_local_port_range, or a second source or"
                                        + " destination address, gives room.")
                .command("tcpvigil snapshot --by process rport=" + use.port() + " peer=" + use.destination());
    }

    private static Account account(BindPool pool) {
        return new Account(
                        pool.portsUsed(),
                        Text.percent(pool.utilisation()) + " of the ports for bind on " + pool.source() + " are in use")
                .measure("ports_used", pool.portsUsed(), Measure.DUMP)
                .measure("ports_available", pool.portsAvailable(), "net.ipv4.ip_local_port_range")
                .measure("sockets_bound", pool.bound(), Measure.DUMP + ", ports chosen by bind")
                .means(
                        "Programs that bind to an address before they connect take ports that nobody else on it uses, for"
                                + " whatever destination: bind fails with EADDRINUSE for all destinations at once.")
                .remedy("Set IP_BIND_ADDRESS_NO_PORT before bind, so that the port is chosen at connect, when only the"
                        + " destination counts; or give the program more source addresses.")
                .command("tcpvigil snapshot --sockets -p state=bound");
    }

    private static Account failed(Observation now, long count) {
        Account account = new Account(
                        count, Text.count(count, "connect", "connects") + " failed for lack of a free port")
                .measure("connects_without_port", count, "probe");
        DestinationUse fullest = null;
        for (DestinationUse use : now.ports().destinations()) {
            if (fullest == null || use.utilisation() > fullest.utilisation()) {
                fullest = use;
            }
        }
        if (fullest != null) {
            account.measure("fullest_ports_used", fullest.portsUsed(), Measure.DUMP)
                    .measure("fullest_ports_available", fullest.portsAvailable(), "net.ipv4.ip_local_port_range")
                    .port(fullest.port());
        }
        return account.means("connect returned EADDRNOTAVAIL to an application; no counter of the kernel tells of it."
                        + (fullest == null
                                ? ""
                                : " The fullest destination is " + Text.end(fullest.destination(), fullest.port())
                                        + "."))
                .remedy("Find who connects to the fullest destination, and let it reuse connections; widen"
                        + " net.ipv4.ip_local_port_range, and look for ports that bind holds in it.")
                .command("tcpvigil snapshot --by destination");
    }
}
