// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The dashboards against the schema made of Grafana's own types ({@code grafana/test}). It knows nothing of what a data source
 * adds to an annotation: that is taken away before, and {@link DashboardLintTest} looks at it.
 */
class DashboardSchemaTest {
    private static final List<String> OF_DATA_SOURCE = List.of("expr", "step", "titleFormat", "textFormat");

    static List<JsonObject> dashboards() {
        return DashboardLintTest.dashboards();
    }

    private static JsonSchema schema() throws IOException {
        return new JsonSchema(Json.parse(Files.readString(Path.of("../grafana/test/dashboard.schema.json"))));
    }

    private static JsonObject withoutDataSource(JsonObject dashboard) {
        dashboard.getAsJsonObject("annotations").getAsJsonArray("list").forEach(each -> {
            JsonObject annotation = each.getAsJsonObject();
            OF_DATA_SOURCE.forEach(annotation::remove);
            annotation.getAsJsonObject("target").remove("expr");
            annotation.getAsJsonObject("target").remove("interval");
        });
        return dashboard;
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void fitsTheSchema(JsonObject dashboard) throws IOException {
        assertEquals(List.of(), schema().check(withoutDataSource(dashboard)));
    }

    /** That the check can fail. */
    @Test
    void refusesWhatGrafanaWouldNotKnow() throws IOException {
        JsonObject dashboard = withoutDataSource(Json.parse(HostDashboard.make().json()));
        dashboard.addProperty("schemaVersion", "41");
        dashboard.addProperty("colour", "blue");
        JsonObject panel = dashboard.getAsJsonArray("panels").get(0).getAsJsonObject();
        panel.remove("type");
        panel.getAsJsonObject("gridPos").addProperty("width", 4);
        String wrong = String.join("\n", schema().check(dashboard));
        assertTrue(wrong.contains("/schemaVersion is not of type \"number\""), wrong);
        assertTrue(wrong.contains("/colour is unknown"), wrong);
        assertTrue(wrong.contains("/panels/0 lacks type"), wrong);
        assertTrue(wrong.contains("/panels/0/gridPos/width is unknown"), wrong);
    }
}
