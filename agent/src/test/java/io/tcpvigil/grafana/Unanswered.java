// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tcpvigil.testing.Prometheus;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** What panels and recording rules have not yet had data for: each must have had some at a time, for what is shown may pass. */
final class Unanswered {
    private final Map<String, String> queries = new TreeMap<>();

    private Unanswered() {}

    static Unanswered nothing() {
        return new Unanswered();
    }

    /** @param instance whose panels these are */
    static Unanswered ofAll(String instance) {
        Unanswered all = new Unanswered();
        for (Dashboard dashboard : Dashboards.all()) {
            for (JsonObject panel : DashboardLintTest.panels(Json.parse(dashboard.json()))) {
                for (JsonElement each : panel.getAsJsonArray("targets")) {
                    String expression = each.getAsJsonObject().get("expr").getAsString();
                    all.queries.put(
                            dashboard.name() + ", " + panel.get("title").getAsString() + ": " + expression,
                            substitute(expression, instance));
                }
            }
        }
        for (PrometheusFiles.Rule rule : PrometheusFiles.rules()) {
            all.queries.put("rule " + rule.name(), rule.name());
        }
        assertTrue(all.size() > 100, "only " + all);
        return all;
    }

    /** What Grafana puts in place of its variables. */
    static String substitute(String expression, String instance) {
        return expression
                .replace("$job", "tcpvigil")
                .replace("$instance", instance)
                .replace("$state", "established")
                .replace("$__rate_interval", "30s")
                .replace("$__range", "5m");
    }

    int size() {
        return queries.size();
    }

    /** Asks again for what is missing. */
    void ask(Prometheus prometheus) throws IOException {
        for (Map.Entry<String, String> each : Map.copyOf(queries).entrySet()) {
            if (!prometheus.query(each.getValue()).isEmpty()) {
                queries.remove(each.getKey());
            }
        }
    }

    /** What is missing, with where it is asked for. */
    @Override
    public String toString() {
        return String.join("\n", queries.keySet());
    }
}
