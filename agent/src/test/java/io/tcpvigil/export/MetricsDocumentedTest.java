// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.prometheus.client.Collector;
import io.tcpvigil.testing.DocumentedMetrics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of metrics in the README against what the daemon serves. */
class MetricsDocumentedTest {
    /** A family as the README has it: {@code gauge(netns, port)}. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> families = new TreeMap<>();
        DocumentedMetrics.read()
                .forEach((name, family) ->
                        families.put(name, family.type() + "(" + String.join(", ", family.labels()) + ")"));
        return families;
    }

    private static Map<String, String> served() {
        Map<String, String> families = new TreeMap<>();
        for (Collector.MetricFamilySamples family :
                DaemonMetricsTest.metrics(FullSamples.report()).page().families()) {
            boolean info = family.type == Collector.Type.INFO;
            String suffix = info ? "_info" : family.type == Collector.Type.COUNTER ? "_total" : "";
            // To Prometheus, an info is a gauge.
            String type = info ? "gauge" : family.type.name();
            families.put(family.name + suffix, type.toLowerCase(Locale.ROOT) + labels(family));
        }
        return families;
    }

    private static String labels(Collector.MetricFamilySamples family) {
        List<String> labels = new ArrayList<>();
        for (Collector.MetricFamilySamples.Sample sample : family.samples) {
            labels = new ArrayList<>(sample.labelNames);
            labels.remove("le");
        }
        return "(" + String.join(", ", labels) + ")";
    }

    @Test
    void documentsEveryFamilyWithItsTypeAndLabels() throws IOException {
        assertEquals(lines(served()), lines(documented()));
    }

    /** One a line, so that a difference can be read. */
    private static String lines(Map<String, String> families) {
        TreeSet<String> lines = new TreeSet<>();
        families.forEach((name, description) -> lines.add(name + " " + description));
        return String.join("\n", lines);
    }
}
