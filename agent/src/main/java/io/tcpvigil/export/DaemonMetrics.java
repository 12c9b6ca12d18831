// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.Nullable;
import io.tcpvigil.report.Report;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** All metrics of the daemon. */
public final class DaemonMetrics {
    private final BreakdownCollector breakdown;
    private final MetricsPage page;

    /**
     * @param reports gives the last published report; null before the first
     * @param sourceErrors gives how many dumps of the better source failed or were cut short since the start
     * @param nanoClock the monotonic clock that {@link Report#takenNanos} was read from
     * @param usage gives what the agent takes
     * @param config gives what became of reading the configuration
     * @param web gives how the web server fares; null while there is none
     */
    public DaemonMetrics(
            Supplier<@Nullable Report> reports,
            LongSupplier sourceErrors,
            LongSupplier nanoClock,
            ConnectionsCollector.Build build,
            Supplier<AgentCollector.Usage> usage,
            Supplier<ConfigStatus> config,
            Supplier<@Nullable WebStatus> web,
            MetricsSettings settings) {
        this.breakdown = new BreakdownCollector(settings);
        this.page = MetricsPage.ofAll(
                new ConnectionsCollector(reports, sourceErrors, nanoClock, build),
                new LifecycleCollector(reports),
                new FindingsCollector(reports),
                breakdown,
                new ResourcesCollector(reports),
                new AgentCollector(usage),
                new ConfigCollector(config),
                new WebCollector(web));
    }

    /** To be told of each report by the thread that samples, before it is published. */
    public void take(Report report) {
        breakdown.take(report);
    }

    /** From the next report on, these hold; any thread may say so. */
    public void settings(MetricsSettings settings) {
        breakdown.settings(settings);
    }

    public MetricsPage page() {
        return page;
    }
}
