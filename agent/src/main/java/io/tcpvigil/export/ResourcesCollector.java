// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.report.SampleTimes;
import io.tcpvigil.report.SampleTimes.Phase;
import io.tcpvigil.report.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the kernel allows, and what samples take.
 *
 * <pre>{@code
 * # TYPE tcpvigil_limit gauge
 * tcpvigil_limit{limit="time_wait_buckets",} 131072.0
 * # TYPE tcpvigil_kernel_memory_pages gauge
 * tcpvigil_kernel_memory_pages 17.0
 * # TYPE tcpvigil_sample_duration_seconds histogram
 * tcpvigil_sample_duration_seconds_bucket{tier="fast",phase="dump",le="0.001",} 12.0
 * }</pre>
 *
 * <p>Limits that could not be read are absent: those of the whole host can be read in the initial namespace only.
 */
public final class ResourcesCollector extends Collector implements Collector.Describable {
    private static final double[] BOUNDS = new double[SampleTimes.BUCKETS];

    static {
        for (int i = 0; i < BOUNDS.length; i++) {
            BOUNDS[i] = SampleTimes.boundSeconds(i);
        }
    }

    private final Supplier<@Nullable Report> reports;

    /** @param reports gives the last published report; null before the first */
    public ResourcesCollector(Supplier<@Nullable Report> reports) {
        this.reports = reports;
    }

    @Override
    public List<MetricFamilySamples> describe() {
        return List.of(limit().done(), memory().done(), durations().done());
    }

    @Override
    public List<MetricFamilySamples> collect() {
        List<MetricFamilySamples> families = new ArrayList<>();
        Report report = reports.get();
        if (report == null) {
            return describe();
        }
        Family limits = limit();
        Resources resources = report.resources();
        if (resources != null) {
            resources.limits().forEach((limit, value) -> limits.count(List.of(limit.label()), value));
        }
        families.add(limits.done());
        Family memory = memory();
        Following following = report.following();
        if (following != null) {
            following.usage().memoryPages().ifPresent(pages -> memory.count(List.of(), pages));
        }
        families.add(memory.done());
        families.add(durations(report.times()).done());
        return families;
    }

    private static Family durations(@Nullable SampleTimes times) {
        Family durations = durations();
        for (Tier tier : Tier.values()) {
            for (Phase phase : Phase.values()) {
                if (times != null && phase.isOf(tier)) {
                    durations.histogram(
                            List.of(tier.label(), phase.label()),
                            BOUNDS,
                            times.buckets(tier, phase),
                            times.sumSeconds(tier, phase));
                }
            }
        }
        return durations;
    }

    private static Family limit() {
        return new Family("tcpvigil_limit", Type.GAUGE, "What the kernel allows, as of the last full sample.", "limit");
    }

    private static Family memory() {
        return new Family(
                "tcpvigil_kernel_memory_pages",
                Type.GAUGE,
                "Pages of memory in the buffers of all TCP sockets of the host (sockstat).");
    }

    private static Family durations() {
        return new Family(
                "tcpvigil_sample_duration_seconds",
                Type.HISTOGRAM,
                "How long samples took, by tier and phase.",
                "tier",
                "phase");
    }
}
