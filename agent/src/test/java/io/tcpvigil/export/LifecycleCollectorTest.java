// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.Collector;
import io.prometheus.client.exporter.common.TextFormat;
import io.tcpvigil.Nullable;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LifecycleCollectorTest {
    private static LifecycleCollector collector(@Nullable Report report) {
        return new LifecycleCollector(() -> report);
    }

    private static String page(@Nullable Report report) throws IOException {
        StringWriter out = new StringWriter();
        MetricsPage.ofAll(collector(report)).write(TextFormat.CONTENT_TYPE_004, out);
        return out.toString();
    }

    private static void assertHas(String page, String line) {
        assertTrue(page.contains("\n" + line + "\n"), line + " in\n" + page);
    }

    @Test
    void tellsWhatBecameOfConnections() throws IOException {
        String page = page(FollowedSamples.report());
        assertHas(page, "tcpvigil_connections_opened_total{direction=\"inbound\",} 1.0");
        assertHas(page, "tcpvigil_connections_opened_total{direction=\"outbound\",} 0.0");
        assertHas(page, "tcpvigil_connections_closed_total{direction=\"inbound\",ended_by=\"peer\",} 1.0");
        assertHas(page, "tcpvigil_transitions_total{from=\"close_wait\",to=\"last_ack\",evidence=\"observed\",} 1.0");
        assertHas(page, "tcpvigil_transitions_total{from=\"close_wait\",to=\"last_ack\",evidence=\"exact\",} 0.0");
        assertHas(page, "tcpvigil_state_duration_seconds_bucket{state=\"close_wait\",le=\"0.5\",} 0.0");
        assertHas(page, "tcpvigil_state_duration_seconds_bucket{state=\"close_wait\",le=\"1.0\",} 1.0");
        assertHas(page, "tcpvigil_state_duration_seconds_bucket{state=\"close_wait\",le=\"+Inf\",} 1.0");
        assertHas(page, "tcpvigil_state_duration_seconds_count{state=\"close_wait\",} 1.0");
        assertHas(page, "tcpvigil_state_duration_seconds_sum{state=\"close_wait\",} 1.0");
        assertHas(page, "tcpvigil_anomalies_total 0.0");
    }

    @Test
    void tellsHowMuchWasSeenAndThroughWhat() throws IOException {
        String page = page(FollowedSamples.report());
        assertHas(page, "tcpvigil_lifecycle_coverage_ratio{event=\"opened_inbound\",} 0.5");
        assertFalse(page.contains("coverage_ratio{event=\"reset\""), "not compared: its counter is unknown");
        assertHas(page, "tcpvigil_lifecycle_events_seen_total{event=\"opened_inbound\",} 1.0");
        assertHas(page, "tcpvigil_lifecycle_events_counted_total{event=\"opened_inbound\",} 2.0");
        assertHas(page, "tcpvigil_kernel_events_total{event=\"passive_opens\",} 12.0");
        assertFalse(page.contains("event=\"estab_resets\""), "unknown is not zero");
        assertHas(page, "tcpvigil_kernel_sockets{kind=\"time_wait\",scope=\"namespace\",} 3.0");
        assertFalse(page.contains("kind=\"orphan\""), "unknown is not zero");
        assertHas(page, "tcpvigil_event_source_up{source=\"destroy_events\",} 1.0");
        assertHas(page, "tcpvigil_event_source_up{source=\"probe\",} 0.0");
        assertFalse(page.contains("source=\"owners\""), "nobody looked");
        assertHas(page, "tcpvigil_events_lost_total{source=\"destroy_events\",} 4.0");
        assertFalse(page.contains("\ntcpvigil_connects_without_port_total "), "no probe, not known");
        assertHas(page, "tcpvigil_interval_seconds{tier=\"fast\",} 2.0");
        assertHas(page, "tcpvigil_interval_seconds{tier=\"full\",} 30.0");
        assertEquals(OptionalLong.empty(), FollowedSamples.following().usage().orphans());
    }

    private static Report withProbe(ProbeReport.Scope scope) {
        return FollowedSamples.report(
                FollowedSamples.following(new ProbeReport(null, scope, Map.of(), 0, 5, List.of(), 0, 0, 0)));
    }

    @Test
    void tellsConnectsWithoutPortOfTheNamespaceOnly() throws IOException {
        assertHas(page(withProbe(ProbeReport.Scope.NAMESPACE)), "tcpvigil_connects_without_port_total 5.0");
        String ofHost = page(withProbe(ProbeReport.Scope.HOST));
        assertFalse(ofHost.contains("\ntcpvigil_connects_without_port_total "), "they may be those of others");
        assertHas(ofHost, "tcpvigil_event_source_up{source=\"probe\",} 1.0");
    }

    @Test
    void tellsTheOldestOnlyOfStatesThatACompleteDumpHasShown() throws IOException {
        assertHas(page(FollowedSamples.report()), "tcpvigil_state_oldest_seconds{state=\"close_wait\",} 0.0");
        String page = page(FollowedSamples.report(FollowedSamples.firstDumpPartial()));
        assertFalse(page.contains("tcpvigil_state_oldest_seconds{"), "unknown is not zero");
    }

    @Test
    void hasTheNamesButNoNumbersBeforeTheFirstSample() {
        for (Collector.MetricFamilySamples family : collector(null).collect()) {
            assertEquals(List.of(), family.samples, family.name);
        }
    }

    @Test
    void describesAllThatItCollects() {
        LifecycleCollector collector = collector(FollowedSamples.report());
        TreeSet<String> collected = new TreeSet<>();
        collector.collect().forEach(family -> assertTrue(collected.add(family.name), family.name + " twice"));
        TreeSet<String> described = new TreeSet<>();
        collector.describe().forEach(family -> described.add(family.name));
        assertEquals(described, collected);
    }

    @Test
    void passesPromtool(@TempDir Path scratch) throws IOException, InterruptedException {
        Path page = Files.writeString(scratch.resolve("metrics.txt"), page(FollowedSamples.report()));
        Promtool.assertContent(page);
    }
}
