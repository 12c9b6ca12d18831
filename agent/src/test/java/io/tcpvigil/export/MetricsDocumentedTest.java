// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.client.Collector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of metrics in the README against what the daemon serves. */
class MetricsDocumentedTest {
    private static final Pattern NAME = Pattern.compile("`([a-z_]+)`");

    /** A family as the README has it: {@code gauge(netns, port)}. */
    private static Map<String, String> documented() throws IOException {
        Map<String, String> families = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("..", "README.md"))) {
            String[] cells = line.split("\\|", -1);
            if (cells.length < 5 || !cells[1].matches(" `(tcpvigil|process|jvm)_.*")) {
                continue;
            }
            Matcher names = NAME.matcher(cells[1]);
            while (names.find()) {
                String before = families.put(names.group(1), cells[2].strip() + "(" + cells[3].strip() + ")");
                assertEquals(null, before, names.group(1) + " twice");
            }
        }
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
        Map<String, String> documented = documented();
        assertTrue(documented.size() > 40, documented.toString());
        assertEquals(lines(served()), lines(documented));
    }

    /** One a line, so that a difference can be read. */
    private static String lines(Map<String, String> families) {
        TreeSet<String> lines = new TreeSet<>();
        families.forEach((name, description) -> lines.add(name + " " + description));
        return String.join("\n", lines);
    }
}
