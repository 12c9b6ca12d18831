// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import io.tcpvigil.testing.DocumentedMetrics;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Every series that may be asked for, with its labels: those of the table in the README, which another test holds against what
 * the daemon serves; those that Prometheus adds; those that the rules record.
 */
final class KnownMetrics {
    private static final Set<String> OF_TARGET = Set.of("job", "instance");

    private final Map<String, Set<String>> labels = new TreeMap<>();
    private final Set<String> counters = new TreeSet<>();

    private KnownMetrics() {}

    static KnownMetrics read() throws IOException {
        KnownMetrics known = new KnownMetrics();
        DocumentedMetrics.read()
                .forEach((name, family) -> known.family(name, family.type(), Set.copyOf(family.labels())));
        for (String name : new String[] {"up", "scrape_samples_scraped", "scrape_duration_seconds"}) {
            known.add(name, Set.of(), false);
        }
        known.add("ALERTS", Set.of("alertname", "alertstate", "finding", "severity"), false);
        for (PrometheusFiles.Rule rule : PrometheusFiles.rules()) {
            Set<String> all = new TreeSet<>(PromQl.groupingLabels(rule.expression()));
            all.addAll(rule.labels().keySet());
            known.add(rule.name(), all, false);
        }
        return known;
    }

    private void family(String name, String type, Set<String> own) {
        switch (type) {
            case "gauge" -> add(name, own, false);
            case "counter" -> add(name, own, true);
            case "histogram" -> {
                Set<String> withBound = new TreeSet<>(own);
                withBound.add("le");
                add(name + "_bucket", withBound, true);
                add(name + "_sum", own, true);
                add(name + "_count", own, true);
            }
            case "summary" -> {
                add(name + "_sum", own, true);
                add(name + "_count", own, true);
            }
            default -> throw new IllegalStateException(name + " is of the unknown type " + type);
        }
    }

    private void add(String name, Set<String> own, boolean counter) {
        Set<String> all = new TreeSet<>(own);
        all.addAll(OF_TARGET);
        labels.put(name, all);
        if (counter) {
            counters.add(name);
        }
    }

    /** Its labels, those of the target included; empty when there is no such metric. */
    Set<String> labels(String name) {
        return labels.getOrDefault(name, Set.of());
    }

    boolean isCounter(String name) {
        return counters.contains(name);
    }
}
