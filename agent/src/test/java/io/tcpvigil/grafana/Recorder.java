// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tcpvigil.testing.Prometheus;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** Keeps what Prometheus says to each panel, with {@code -Dgrafana.record=FOLDER}, for {@code grafana/test/draw.mjs}. */
final class Recorder {
    private static final long BACK_SECONDS = 90;

    private Recorder() {}

    /** @param substitute puts values in place of the variables of a dashboard */
    static void record(Prometheus prometheus, UnaryOperator<String> substitute) throws IOException {
        String folder = System.getProperty("grafana.record");
        if (folder == null) {
            return;
        }
        long now = System.currentTimeMillis() / 1000;
        for (Dashboard dashboard : Dashboards.all()) {
            JsonObject tree = Json.parse(dashboard.json());
            JsonObject results = new JsonObject();
            for (JsonObject panel : DashboardLintTest.panels(tree)) {
                JsonObject ofPanel = new JsonObject();
                for (JsonElement each : panel.getAsJsonArray("targets")) {
                    JsonObject target = each.getAsJsonObject();
                    String expression = substitute.apply(target.get("expr").getAsString());
                    ofPanel.add(
                            target.get("refId").getAsString(),
                            Json.object(
                                    "instant",
                                    prometheus.query(expression),
                                    "range",
                                    range(prometheus, expression, now)));
                }
                results.add(panel.get("id").getAsString(), ofPanel);
            }
            JsonObject recorded =
                    Json.object("dashboard", tree, "results", results, "from", now - BACK_SECONDS, "to", now);
            Files.writeString(
                    Files.createDirectories(Path.of(folder)).resolve(dashboard.name() + ".recorded.json"),
                    recorded.toString());
        }
    }

    private static JsonElement range(Prometheus prometheus, String expression, long now) throws IOException {
        return prometheus
                .get("/api/v1/query_range?step=1&start=" + (now - BACK_SECONDS) + "&end=" + now + "&query="
                        + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .getAsJsonObject()
                .get("result");
    }
}
