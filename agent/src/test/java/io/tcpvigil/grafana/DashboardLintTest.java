// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules of Grafana's dashboard linter (github.com/grafana/dashboard-linter), and some of our own. One of its rules holds for
 * the fleet in a weaker form: recording rules of a job have no instance to match.
 */
class DashboardLintTest {
    private static final int COLUMNS = 24;
    private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

    static List<JsonObject> dashboards() {
        return Dashboards.all().stream().map(each -> Json.parse(each.json())).toList();
    }

    private static boolean isFleet(JsonObject dashboard) {
        return text(dashboard, "uid").equals("tcpvigil-fleet");
    }

    private static String text(JsonObject object, String member) {
        return object.has(member) && !object.get(member).isJsonNull()
                ? object.get(member).getAsString()
                : "";
    }

    private static List<JsonObject> objects(JsonObject object, String... path) {
        JsonElement at = object;
        for (String step : path) {
            at = at.getAsJsonObject().get(step);
        }
        List<JsonObject> all = new ArrayList<>();
        at.getAsJsonArray().forEach(each -> all.add(each.getAsJsonObject()));
        return all;
    }

    static List<JsonObject> panels(JsonObject dashboard) {
        return objects(dashboard, "panels").stream()
                .filter(panel -> !text(panel, "type").equals("row"))
                .toList();
    }

    private static List<String> expressions(JsonObject panel) {
        return objects(panel, "targets").stream()
                .map(target -> text(target, "expr"))
                .toList();
    }

    private static JsonObject variable(JsonObject dashboard, String name) {
        return objects(dashboard, "templating", "list").stream()
                .filter(each -> text(each, "name").equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no variable " + name));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void isForReadingAndFoundUnderAFixedName(JsonObject dashboard) {
        assertFalse(dashboard.get("editable").getAsBoolean());
        assertTrue(dashboard.get("id").isJsonNull());
        assertTrue(text(dashboard, "uid").matches("tcpvigil-[a-z]{4,20}"));
        int version = dashboard.get("schemaVersion").getAsInt();
        assertTrue(version >= 39 && version <= 41, "schema version " + version);
        assertEquals(1, dashboard.get("graphTooltip").getAsInt());
        assertFalse(text(dashboard, "description").isEmpty());
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void letsTheReaderChooseDataSourceJobAndInstance(JsonObject dashboard) {
        JsonObject source = variable(dashboard, "datasource");
        assertEquals("datasource", text(source, "type"));
        assertEquals("prometheus", text(source, "query"));
        assertEquals("Data source", text(source, "label"));
        for (String name : isFleet(dashboard) ? List.of("job") : List.of("job", "instance")) {
            JsonObject variable = variable(dashboard, name);
            assertEquals("query", text(variable, "type"), name);
            assertEquals("${datasource}", text(variable.getAsJsonObject("datasource"), "uid"), name);
            assertTrue(text(variable, "label").equalsIgnoreCase(name));
            assertTrue(variable.get("multi").getAsBoolean(), name);
            assertEquals(".+", text(variable, "allValue"), name);
            // On change of the time range.
            assertEquals(2, variable.get("refresh").getAsInt(), name);
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void leadsToTheOthersWithTheSameTimeAndHost(JsonObject dashboard) {
        JsonObject link = objects(dashboard, "links").get(0);
        assertEquals("dashboards", text(link, "type"));
        assertTrue(
                link.get("includeVars").getAsBoolean() && link.get("keepTime").getAsBoolean());
        for (JsonElement tag : link.getAsJsonArray("tags")) {
            assertTrue(dashboard.getAsJsonArray("tags").contains(tag));
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void showsFindingsAsAnnotations(JsonObject dashboard) throws IOException {
        JsonObject findings = objects(dashboard, "annotations", "list").get(0);
        assertEquals("${datasource}", text(findings.getAsJsonObject("datasource"), "uid"));
        String expression = text(findings, "expr");
        assertEquals(expression, text(findings.getAsJsonObject("target"), "expr"));
        checkKnown(expression, text(findings, "titleFormat") + text(findings, "textFormat"));
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void givesEachPanelAPlaceAndANumberOfItsOwn(JsonObject dashboard) {
        Set<Integer> ids = new HashSet<>();
        Set<String> taken = new HashSet<>();
        for (JsonObject panel : objects(dashboard, "panels")) {
            assertTrue(ids.add(panel.get("id").getAsInt()), "number twice: " + text(panel, "title"));
            JsonObject place = panel.getAsJsonObject("gridPos");
            int x = place.get("x").getAsInt();
            int y = place.get("y").getAsInt();
            for (int column = x; column < x + place.get("w").getAsInt(); column++) {
                assertTrue(column < COLUMNS, text(panel, "title") + " is too wide");
                for (int row = y; row < y + place.get("h").getAsInt(); row++) {
                    assertTrue(taken.add(column + "/" + row), text(panel, "title") + " lies upon another");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void saysWhatEachPanelIs(JsonObject dashboard) {
        Set<String> titles = new TreeSet<>();
        for (JsonObject panel : panels(dashboard)) {
            String title = text(panel, "title");
            assertTrue(titles.add(title), "title twice: " + title);
            assertTrue(text(panel, "description").length() > 15, title + " needs a description");
            JsonObject defaults = panel.getAsJsonObject("fieldConfig").getAsJsonObject("defaults");
            assertFalse(text(defaults, "unit").isEmpty(), title + " needs a unit");
            assertEquals("${datasource}", text(panel.getAsJsonObject("datasource"), "uid"), title);
            assertFalse(objects(panel, "targets").isEmpty(), title + " asks for nothing");
        }
        assertTrue(titles.size() >= 10, titles.toString());
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void asksForTheChosenHostsOnly(JsonObject dashboard) {
        for (JsonObject panel : panels(dashboard)) {
            for (JsonObject target : objects(panel, "targets")) {
                assertEquals("${datasource}", text(target.getAsJsonObject("datasource"), "uid"));
                String expression = text(target, "expr");
                List<PromQl.Selector> selectors = PromQl.selectors(expression);
                assertFalse(selectors.isEmpty(), expression);
                for (PromQl.Selector selector : selectors) {
                    assertTrue(selector.labels().contains("job"), expression);
                    assertTrue(isFleet(dashboard) || selector.labels().contains("instance"), expression);
                }
                assertTrue(expression.contains("job=~\"$job\""), expression);
                assertTrue(isFleet(dashboard) || expression.contains("instance=~\"$instance\""), expression);
            }
        }
    }

    /** Ten thousand hosts: whatever a panel asks for, a rule has worked it out already. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void asksForRecordedSeriesInTheFleetView(JsonObject dashboard) {
        if (!isFleet(dashboard)) {
            return;
        }
        for (JsonObject panel : panels(dashboard)) {
            for (String expression : expressions(panel)) {
                for (PromQl.Selector selector : PromQl.selectors(expression)) {
                    assertTrue(selector.name().startsWith("job"), selector.name() + " has a series of each host");
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void asksForRatesOfCountersOverTheIntervalOfTheGraph(JsonObject dashboard) throws IOException {
        KnownMetrics known = KnownMetrics.read();
        for (JsonObject panel : panels(dashboard)) {
            for (String expression : expressions(panel)) {
                for (PromQl.Selector selector : PromQl.selectors(expression)) {
                    boolean rate = selector.function().equals("rate")
                            || selector.function().equals("increase");
                    assertEquals(known.isCounter(selector.name()), rate, expression);
                    if (rate) {
                        assertTrue(
                                selector.range().equals("[$__rate_interval]")
                                        || (selector.function().equals("increase")
                                                && selector.range().equals("[$__range]")),
                                expression);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void asksForWhatThereIs(JsonObject dashboard) throws IOException {
        for (JsonObject panel : panels(dashboard)) {
            for (JsonObject target : objects(panel, "targets")) {
                checkKnown(text(target, "expr"), text(target, "legendFormat"));
            }
        }
    }

    /** Each metric, each label that is matched, grouped by or named in a legend. */
    private static void checkKnown(String expression, String legend) throws IOException {
        KnownMetrics known = KnownMetrics.read();
        Set<String> labels = new TreeSet<>();
        for (PromQl.Selector selector : PromQl.selectors(expression)) {
            Set<String> own = known.labels(selector.name());
            assertFalse(own.isEmpty(), selector.name() + " is unknown, in " + expression);
            assertTrue(own.containsAll(selector.labels()), selector + " with labels that it has not");
            labels.addAll(own);
        }
        assertTrue(labels.containsAll(PromQl.groupingLabels(expression)), expression);
        Matcher named = LEGEND_LABEL.matcher(legend);
        while (named.find()) {
            assertTrue(labels.contains(named.group(1)), "legend " + legend + " of " + expression);
            Set<String> kept = PromQl.groupingLabels(expression);
            assertTrue(kept.isEmpty() || kept.contains(named.group(1)), "legend " + legend + " of " + expression);
        }
    }
}
