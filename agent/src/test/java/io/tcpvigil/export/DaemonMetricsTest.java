// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.AgentCollector.Collections;
import io.tcpvigil.export.AgentCollector.Usage;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The whole page, in both forms. */
class DaemonMetricsTest {
    private static final Usage USAGE = new Usage(
            1.25,
            52_428_800,
            1_769_860_800.5,
            17,
            4096,
            8_388_608,
            20_971_520,
            14,
            Map.of("Copy", new Collections(12, 0.034)));

    private static final WebStatus WEB = new WebStatus(
            3,
            new TreeMap<>(Map.of("gave_way", 0L, "slow_request", 500L)),
            new TreeMap<>(Map.of("password", 7L)),
            1,
            new WebStatus.Config(2, 1, false, 1_769_860_802));

    static DaemonMetrics metrics(@Nullable Report report) {
        DaemonMetrics metrics = new DaemonMetrics(
                () -> report,
                () -> 3,
                () -> Samples.TAKEN_NANOS + 1_500_000_000,
                new ConnectionsCollector.Build("1.2.3", "17.0.15"),
                () -> USAGE,
                () -> ConfigStatus.atStart("tcpvigil.yml", Instant.ofEpochSecond(1_769_860_801)),
                () -> WEB,
                MetricsSettings.USUAL);
        if (report != null) {
            metrics.take(report);
        }
        return metrics;
    }

    private static String page(@Nullable Report report, String accept) throws IOException {
        StringWriter text = new StringWriter();
        metrics(report).page().write(MetricsPage.contentType(accept), text);
        return text.toString();
    }

    @Test
    void exposesAllAsText() throws IOException {
        Golden.assertMatches("daemon.txt", page(FullSamples.report(), "text/plain"));
    }

    @Test
    void exposesAllAsOpenMetrics() throws IOException {
        Golden.assertMatches("daemon.openmetrics.txt", page(FullSamples.report(), "application/openmetrics-text"));
    }

    @Test
    void passesPromtool() throws IOException, InterruptedException {
        Promtool.assertContent(Golden.path("daemon.txt"));
    }

    @Test
    void hasNoSeriesTwiceAndOneMeaningForEachFamily() {
        Set<String> names = new HashSet<>();
        for (Collector.MetricFamilySamples family :
                metrics(FullSamples.report()).page().families()) {
            assertTrue(names.add(family.name), family.name);
            Set<List<String>> series = new HashSet<>();
            for (Collector.MetricFamilySamples.Sample sample : family.samples) {
                assertTrue(series.add(List.of(sample.name, sample.labelValues.toString())), sample.toString());
                assertEquals(sample.labelNames.size(), sample.labelValues.size(), sample.toString());
            }
        }
    }
}
