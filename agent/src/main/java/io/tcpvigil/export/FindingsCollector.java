// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What was wrong as of the last full sample: for each detector and severity 1 or 0.
 *
 * <pre>{@code
 * # TYPE tcpvigil_finding gauge
 * tcpvigil_finding{finding="close_wait_leak",severity="warning",} 0.0
 * tcpvigil_finding{finding="close_wait_leak",severity="critical",} 1.0
 * # TYPE tcpvigil_finding_size gauge
 * tcpvigil_finding_size{finding="close_wait_leak",} 1104.0
 * }</pre>
 *
 * <p>Every detector is there, so that an alert can tell that nothing is wrong from nobody looking: before the first full sample
 * there is none, and one that could look at nothing, or is switched off, is absent. While nothing at all can be read, that is
 * the one finding: what was found before may be over, or not.
 */
public final class FindingsCollector extends Collector implements Collector.Describable {
    private final Supplier<@Nullable Report> reports;

    /** @param reports gives the last published report; null before the first */
    public FindingsCollector(Supplier<@Nullable Report> reports) {
        this.reports = reports;
    }

    @Override
    public List<MetricFamilySamples> describe() {
        return List.of(family(List.of()), counts().done());
    }

    @Override
    public List<MetricFamilySamples> collect() {
        Report report = reports.get();
        Findings findings = report == null ? null : report.findings();
        if (report == null || findings == null) {
            return List.of();
        }
        List<MetricFamilySamples.Sample> samples = new ArrayList<>();
        Family counts = counts();
        if (report.coverage().extent() == Coverage.Extent.FAILED) {
            if (!findings.blind().contains(FindingId.SAMPLING_BLIND)) {
                samples.add(sample(FindingId.SAMPLING_BLIND, Severity.WARNING, true));
                samples.add(sample(FindingId.SAMPLING_BLIND, Severity.CRITICAL, false));
                counts.count(List.of(FindingId.SAMPLING_BLIND.label()), 1);
            }
            return List.of(family(samples), counts.done());
        }
        for (FindingId id : FindingId.values()) {
            boolean unknown = findings.blind().contains(id);
            for (Severity severity : Severity.values()) {
                boolean raised = isRaised(findings, id, severity);
                if (!unknown || raised) {
                    samples.add(sample(id, severity, raised));
                }
            }
            long largest = largest(findings, id);
            if (!unknown || largest > 0) {
                counts.count(List.of(id.label()), largest);
            }
        }
        return List.of(family(samples), counts.done());
    }

    private static MetricFamilySamples.Sample sample(FindingId id, Severity severity, boolean raised) {
        return new MetricFamilySamples.Sample(
                "tcpvigil_finding",
                List.of("finding", "severity"),
                List.of(id.label(), severity.label()),
                raised ? 1 : 0);
    }

    private static long largest(Findings findings, FindingId id) {
        long largest = 0;
        for (Finding finding : findings.raised()) {
            if (finding.id() == id) {
                largest = Math.max(largest, finding.count());
            }
        }
        return largest;
    }

    private static boolean isRaised(Findings findings, FindingId id, Severity severity) {
        for (Finding finding : findings.raised()) {
            if (finding.id() == id && finding.severity() == severity) {
                return true;
            }
        }
        return false;
    }

    private static Family counts() {
        return new Family(
                "tcpvigil_finding_size",
                Type.GAUGE,
                "How many sockets, events or ports the largest finding of this kind is made of; 0 when there is none.",
                "finding");
    }

    private static MetricFamilySamples family(List<MetricFamilySamples.Sample> samples) {
        return new MetricFamilySamples(
                "tcpvigil_finding",
                Type.GAUGE,
                "Whether this is wrong, as of the last full sample; see tcpvigil doctor.",
                samples);
    }
}
