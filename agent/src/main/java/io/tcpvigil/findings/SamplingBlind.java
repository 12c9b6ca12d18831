// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.EventCoverage;
import java.util.Map;

/** tcpvigil itself does not see enough for its answers to be trusted. */
final class SamplingBlind extends Detector {
    private static final long FEWEST = 100;

    SamplingBlind() {
        super(FindingId.SAMPLING_BLIND);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        boolean complete = now.table().coverage().isComplete();
        double worst = 1;
        EventCoverage lowest = EventCoverage.NONE;
        String of = "";
        for (Map.Entry<CoverageEvent, EventCoverage> each : now.coverage().entrySet()) {
            EventCoverage one = each.getValue();
            if (one.counted() >= FEWEST && one.ratio().orElse(1) < worst) {
                worst = one.ratio().orElse(1);
                lowest = one;
                of = each.getKey().label();
            }
        }
        double seen = worst;
        String event = of;
        EventCoverage coverage = lowest;
        double pressure = complete ? (1 - seen) / threshold(now) : 2;
        out.add(
                new Level(out.id(), Scope.NAMESPACE, "share of events missed", 1 - seen, threshold(now), pressure),
                Double.POSITIVE_INFINITY,
                () -> account(now, complete, coverage, event));
    }

    private static Account account(Observation now, boolean complete, EventCoverage coverage, String event) {
        Account account = new Account(
                1,
                complete
                        ? "sampling sees " + Text.percent(coverage.ratio().orElse(1)) + " of what is " + event
                        : "the table of sockets was not read to its end");
        if (!event.isEmpty()) {
            account.measure("seen", coverage.seen(), Measure.LOOKS)
                    .measure("counted", coverage.counted(), "/proc/net/snmp, /proc/net/netstat");
        }
        account.measure("table_complete", complete ? 1 : 0, Measure.DUMP);
        return account.means(
                        "Connections come and go between two looks: counts of sockets are right, but histories, ages"
                                + " and findings about short connections lack the missed part."
                                + (complete ? "" : " " + now.table().coverage().reason()))
                .remedy(
                        "Let the probe see every transition, where it does not (root, or CAP_BPF and CAP_PERFMON; the header of"
                                + " doctor and /api/v1/status say why not), or look more often (--interval).")
                .command("tcpvigil follow");
    }
}
