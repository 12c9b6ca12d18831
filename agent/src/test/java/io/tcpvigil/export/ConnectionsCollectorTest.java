// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ConnectionsCollectorTest {
    private static final String TEXT = MetricsPage.contentType(null);
    private static final String OPEN_METRICS = MetricsPage.contentType("application/openmetrics-text");

    private static ConnectionsCollector collector(@Nullable Report report) {
        return new ConnectionsCollector(
                () -> report,
                () -> 3,
                () -> Samples.TAKEN_NANOS + 1_500_000_000,
                new ConnectionsCollector.Build("1.2.3", "17.0.15"));
    }

    private static String page(@Nullable Report report, String contentType) throws IOException {
        StringWriter text = new StringWriter();
        MetricsPage.of(collector(report)).write(contentType, text);
        return text.toString();
    }

    @Test
    void exposesAReportAsText() throws IOException {
        Golden.assertMatches("metrics.txt", page(Samples.report(), TEXT));
    }

    @Test
    void exposesAReportAsOpenMetrics() throws IOException {
        Golden.assertMatches("metrics.openmetrics.txt", page(Samples.report(), OPEN_METRICS));
    }

    @Test
    void leavesOutWhatWasNotCounted() throws IOException {
        String before = page(null, TEXT);
        assertFalse(before.contains("tcpvigil_connections"), before);
        assertFalse(before.contains("tcpvigil_bound_sockets"), before);
        assertFalse(before.contains("tcpvigil_sample_age_seconds"), before);
        assertTrue(before.contains("\ntcpvigil_sample_complete 0.0\n"), before);
        assertTrue(before.contains("\ntcpvigil_source_errors_total 3.0\n"), before);

        String failed = page(Samples.failed("EPERM"), TEXT);
        assertFalse(failed.contains("tcpvigil_connections"), failed);
        assertFalse(failed.contains("tcpvigil_bound_sockets"), failed);
        assertFalse(failed.contains("tcpvigil_unknown_state_rows"), failed);
        assertTrue(failed.contains("\ntcpvigil_sample_complete 0.0\n"), failed);
        assertTrue(failed.contains("\ntcpvigil_sample_age_seconds 1.5\n"), failed);
    }

    @Test
    void leavesOutBoundSocketsThatTheSourceDoesNotShow() throws IOException {
        String proc = page(Samples.report(Samples.table(), "no netlink", null), TEXT);
        assertFalse(proc.contains("tcpvigil_bound_sockets"), proc);
        assertTrue(proc.contains("tcpvigil_connections{"), proc);
    }

    @Test
    void givesThePartsOfAPartialDumpAndSaysSo() throws IOException {
        String partial = page(Samples.partial("ENOBUFS"), TEXT);
        assertTrue(partial.contains("\ntcpvigil_sample_complete 0.0\n"), partial);
        assertTrue(partial.contains("family=\"ipv4\",state=\"established\",} 1.0\n"), partial);
    }

    @Test
    void keepsForeignTextInsideItsLabel() throws IOException {
        String reason = "no \"netlink\"\\\n\u202e" + "x".repeat(500);
        String text = page(Samples.report(Samples.table(), reason, null), TEXT);
        String expected = "tcpvigil_source_info{source=\"proc\",reason=\"no \\\"netlink\\\"\\\\\uFFFD\uFFFD"
                + "x".repeat(200 - 15) + "\",} 1.0\n";
        assertTrue(text.contains(expected), text);
    }

    @Test
    void saysThatTheNamespaceIsUnknown() throws IOException {
        assertTrue(page(Samples.withoutNamespace(), TEXT)
                .contains("\ntcpvigil_bound_sockets{netns=\"unknown\",family=\"ipv4\",} 1.0\n"));
    }

    @Test
    void describesAllThatItCollects() {
        ConnectionsCollector collector = collector(Samples.report());
        assertEquals(names(collector.collect()), names(collector.describe()));
    }

    private static Set<String> names(List<Collector.MetricFamilySamples> families) {
        Set<String> names = new TreeSet<>();
        for (Collector.MetricFamilySamples family : families) {
            assertTrue(names.add(family.name), family.name + " twice");
        }
        return names;
    }

    @Test
    void passesPromtool() throws IOException, InterruptedException {
        Promtool.assertContent(Golden.path("metrics.txt"));
    }
}
