// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import io.tcpvigil.yaml.YamlFile;
import io.tcpvigil.yaml.YamlMapping;
import io.tcpvigil.yaml.YamlScalar;
import io.tcpvigil.yaml.YamlValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The rules and alerts in {@code grafana/prometheus}. */
final class PrometheusFiles {
    static final Path FOLDER = Path.of("../grafana/prometheus");
    static final Path RULES = FOLDER.resolve("rules.yml");
    static final Path ALERTS = FOLDER.resolve("alerts.yml");

    private PrometheusFiles() {}

    /**
     * One recording rule or alert.
     *
     * @param name what it records, or of the alert
     */
    record Rule(
            String name,
            String expression,
            Map<String, String> labels,
            Map<String, String> annotations,
            String patience) {}

    static List<Rule> rules() {
        return read(RULES, "record");
    }

    static List<Rule> alerts() {
        return read(ALERTS, "alert");
    }

    private static List<Rule> read(Path file, String kind) {
        List<Rule> rules = new ArrayList<>();
        for (YamlValue group : YamlFile.read(file).list("groups").items()) {
            for (YamlValue each : ((YamlMapping) group).list("rules").items()) {
                YamlMapping rule = (YamlMapping) each;
                rules.add(new Rule(
                        text(rule, kind),
                        text(rule, "expr"),
                        texts(rule.mapping("labels")),
                        texts(rule.mapping("annotations")),
                        rule.keys().contains("for") ? text(rule, "for") : ""));
            }
        }
        return rules;
    }

    private static String text(YamlMapping rule, String key) {
        YamlScalar value = rule.scalar(key);
        if (value == null) {
            throw rule.place().error("has no " + key);
        }
        return value.text();
    }

    private static Map<String, String> texts(YamlMapping mapping) {
        Map<String, String> texts = new TreeMap<>();
        for (String key : mapping.keys()) {
            texts.put(key, text(mapping, key));
        }
        return texts;
    }
}
