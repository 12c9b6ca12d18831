// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static io.tcpvigil.grafana.Json.array;
import static io.tcpvigil.grafana.Json.object;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.tcpvigil.findings.FindingId;

/** One panel, built up call by call; {@link Dashboard} gives it its place. In its queries, {@code @} stands for the host. */
final class Panel {
    /** What {@code @} stands for. */
    static final String HOST = "job=~\"$job\", instance=~\"$instance\"";

    /** Columns from which on a graph has room for a legend at its side. */
    private static final int WIDE = 12;

    private final JsonObject panel;
    private final JsonObject defaults = object("unit", "short", "color", object("mode", "palette-classic"));
    private final JsonArray overrides = new JsonArray();
    private final JsonArray targets = new JsonArray();
    private final JsonArray links = new JsonArray();

    private Panel(String type, String title, String description, JsonObject custom, JsonObject options) {
        defaults.add("custom", custom);
        panel = object(
                "type",
                type,
                "title",
                title,
                "description",
                description,
                "datasource",
                Dashboard.dataSource(),
                "fieldConfig",
                object("defaults", defaults, "overrides", overrides),
                "options",
                options,
                "targets",
                targets,
                "links",
                links);
    }

    /** Lines over time. */
    static Panel lines(String title, String description) {
        JsonObject custom = object(
                "drawStyle",
                "line",
                "lineWidth",
                1,
                "fillOpacity",
                0,
                "showPoints",
                "never",
                "spanNulls",
                false,
                "stacking",
                object("mode", "none", "group", "A"),
                "scaleDistribution",
                object("type", "linear"),
                "thresholdsStyle",
                object("mode", "off"));
        return new Panel("timeseries", title, description, custom, legend("table", array("lastNotNull", "max")))
                .base(object("min", 0));
    }

    /** Areas over time, one upon the other. */
    static Panel stacked(String title, String description) {
        return lines(title, description)
                .custom(object("fillOpacity", 60, "lineWidth", 0, "stacking", object("mode", "normal", "group", "A")));
    }

    private static JsonObject legend(String mode, JsonArray calculations) {
        return object(
                "legend",
                object("displayMode", mode, "placement", "right", "showLegend", true, "calcs", calculations),
                "tooltip",
                object("mode", "multi", "sort", "desc"));
    }

    /** One number, the last one, with its course behind it. */
    static Panel number(String title, String description) {
        return new Panel(
                        "stat",
                        title,
                        description,
                        object(),
                        object(
                                "colorMode", "value",
                                "graphMode", "area",
                                "justifyMode", "auto",
                                "orientation", "auto",
                                "textMode", "auto",
                                "reduceOptions", object("calcs", array("lastNotNull"), "fields", "", "values", false)))
                .base(object("color", object("mode", "thresholds"), "noValue", "no data"))
                .thresholds(Double.NaN, Double.NaN);
    }

    /** States over time, one lane each. */
    static Panel lanes(String title, String description) {
        return new Panel(
                        "state-timeline",
                        title,
                        description,
                        object("fillOpacity", 90, "lineWidth", 0),
                        object(
                                "mergeValues",
                                true,
                                "showValue",
                                "never",
                                "alignValue",
                                "left",
                                "rowHeight",
                                0.8,
                                "legend",
                                object("displayMode", "list", "placement", "bottom", "showLegend", true),
                                "tooltip",
                                object("mode", "single", "sort", "none")))
                .base(object("color", object("mode", "thresholds")));
    }

    /** The buckets of a histogram over time. */
    static Panel heat(String title, String description, String unit) {
        return new Panel(
                        "heatmap",
                        title,
                        description,
                        object(
                                "scaleDistribution",
                                object("type", "linear"),
                                "hideFrom",
                                object("legend", false, "tooltip", false, "viz", false)),
                        object(
                                "calculate", false,
                                "cellGap", 1,
                                "cellValues", object("unit", "short"),
                                // Cividis: dark blue to yellow, the same to all eyes.
                                "color",
                                        object(
                                                "mode", "scheme",
                                                "scheme", "Cividis",
                                                "fill", "dark-orange",
                                                "scale", "exponential",
                                                "exponent", 0.5,
                                                "steps", 64,
                                                "reverse", false),
                                "filterValues", object("le", 1e-9),
                                "legend", object("show", true),
                                "rowsFrame", object("layout", "auto"),
                                "tooltip", object("mode", "single", "yHistogram", false, "showColorScale", false),
                                "yAxis", object("axisPlacement", "left", "reverse", false, "unit", unit)))
                .unit(unit);
    }

    /** Rows and columns, as of the end of the time range. */
    static Panel table(String title, String description) {
        return new Panel(
                        "table",
                        title,
                        description,
                        object(
                                "align",
                                "auto",
                                "cellOptions",
                                object("type", "auto"),
                                "filterable",
                                false,
                                "inspect",
                                false),
                        object("showHeader", true, "cellHeight", "sm"))
                .base(object("color", object("mode", "thresholds")))
                .thresholds(Double.NaN, Double.NaN);
    }

    /** Circles and arrows between them, each with a number, as of the end of the time range. */
    static Panel graph(String title, String description, String nodeUnit, String edgeUnit) {
        return new Panel(
                "nodeGraph",
                title,
                description,
                object(),
                object(
                        "layoutAlgorithm",
                        "layered",
                        "zoomMode",
                        "cooperative",
                        "nodes",
                        object("mainStatUnit", nodeUnit, "arcs", array()),
                        "edges",
                        object("mainStatUnit", edgeUnit)));
    }

    /** What the circles are: a series with the labels {@code id} and {@code title} for each, and at least for all that an arrow leads to. */
    Panel nodes(String expression) {
        return ofGraph("nodes", expression);
    }

    /** What the arrows are: series with the labels {@code id}, {@code source} and {@code target}. */
    Panel edges(String expression) {
        return ofGraph("edges", expression);
    }

    private Panel ofGraph(String part, String expression) {
        JsonObject value = object("include", array("Value #" + part), "reducer", "sum");
        // A field is known by its own name here, which renaming leaves as it is: so it is worked out under a new one.
        transform(object(
                "id",
                "calculateField",
                "filter",
                object("id", "byRefId", "options", part),
                "options",
                object("mode", "reduceRow", "reduce", value, "alias", "mainstat", "replaceFields", false)));
        return add(object("refId", part, "expr", expression, "format", "table", "range", false, "instant", true));
    }

    Panel unit(String unit) {
        return base(object("unit", unit));
    }

    /** For a place where a legend at the side would leave no room for the graph. */
    private void narrow() {
        if (panel.getAsJsonObject("options").has("legend")) {
            options(object("legend", object("displayMode", "list", "placement", "bottom")));
        }
    }

    /** More of what holds for all series. */
    Panel base(JsonObject more) {
        Json.merge(defaults, more);
        return this;
    }

    Panel custom(JsonObject more) {
        return base(object("custom", more));
    }

    Panel options(JsonObject more) {
        Json.merge(panel.getAsJsonObject("options"), more);
        return this;
    }

    /** Colours from so much on; none for what is not a number. */
    Panel thresholds(double warning, double critical) {
        JsonArray steps = array(object("color", Colour.FINE.code, "value", null));
        if (!Double.isNaN(warning)) {
            steps.add(object("color", Colour.WARNING.code, "value", warning));
        }
        if (!Double.isNaN(critical)) {
            steps.add(object("color", Colour.CRITICAL.code, "value", critical));
        }
        return base(object("thresholds", object("mode", "absolute", "steps", steps)));
    }

    /** Draws the thresholds as lines. */
    Panel showThresholds() {
        return custom(object("thresholdsStyle", object("mode", "dashed")));
    }

    Panel logarithmic() {
        defaults.remove("min");
        return custom(object("scaleDistribution", object("type", "log", "log", 10)));
    }

    Panel stateColours() {
        overrides.addAll(Colour.ofStates());
        return this;
    }

    Panel colour(String series, Colour colour) {
        overrides.add(Colour.override(series, colour.code));
        return this;
    }

    /** A line that is a limit: dashed, and out of the stack. */
    Panel limit(String series) {
        overrides.add(object(
                "matcher",
                object("id", "byName", "options", series),
                "properties",
                array(
                        object("id", "color", "value", object("mode", "fixed", "fixedColor", Colour.CRITICAL.code)),
                        object("id", "custom.lineStyle", "value", object("fill", "dash", "dash", array(8, 6))),
                        object("id", "custom.lineWidth", "value", 2),
                        object("id", "custom.fillOpacity", "value", 0),
                        object("id", "custom.stacking", "value", object("mode", "none", "group", "A")))));
        return this;
    }

    Panel override(String series, String property, Object value) {
        overrides.add(Json.override(series, property, value));
        return this;
    }

    /** A query over time. */
    Panel query(String expression, String legend) {
        return add(object("expr", expression, "legendFormat", legend, "range", true, "instant", false));
    }

    /** A query for the end of the time range, as a table. */
    Panel instant(String expression) {
        return add(object("expr", expression, "format", "table", "range", false, "instant", true));
    }

    /** A query for the buckets of a histogram, or what looks like one. */
    Panel buckets(String expression) {
        return add(object(
                "expr", expression, "legendFormat", "{{le}}", "format", "heatmap", "range", true, "instant", false));
    }

    private Panel add(JsonObject target) {
        target.addProperty("expr", target.get("expr").getAsString().replace("@", HOST));
        if (!target.has("refId")) {
            target.addProperty("refId", Character.toString((char) ('A' + targets.size())));
        }
        target.add("datasource", Dashboard.dataSource());
        targets.add(target);
        return this;
    }

    Panel transform(String id, JsonObject options) {
        transform(object("id", id, "options", options));
        return this;
    }

    private void transform(JsonObject step) {
        if (!panel.has("transformations")) {
            panel.add("transformations", new JsonArray());
        }
        panel.getAsJsonArray("transformations").add(step);
    }

    /** Names the columns of a table, in this order; others are hidden. */
    Panel columns(String... fieldsAndNames) {
        JsonObject index = new JsonObject();
        JsonObject names = new JsonObject();
        JsonArray fields = new JsonArray();
        for (int i = 0; i < fieldsAndNames.length; i += 2) {
            fields.add(fieldsAndNames[i]);
            index.addProperty(fieldsAndNames[i], i / 2);
            names.addProperty(fieldsAndNames[i], fieldsAndNames[i + 1]);
        }
        transform("filterFieldsByName", object("include", object("names", fields)));
        return transform("organize", object("excludeByName", object(), "indexByName", index, "renameByName", names));
    }

    /** The runbook, as served by the agent of the host that is looked at. */
    Panel runbook(FindingId... findings) {
        for (FindingId finding : findings) {
            links.add(object(
                    "title",
                    "Runbook: " + finding.label(),
                    "url",
                    "http://${instance}/runbooks/" + finding.label(),
                    "targetBlank",
                    true,
                    "type",
                    "link",
                    "icon",
                    "doc",
                    "tooltip",
                    "What it means, how to confirm it, and what to do",
                    "tags",
                    array(),
                    "asDropdown",
                    false,
                    "includeVars",
                    false,
                    "keepTime",
                    false));
        }
        return this;
    }

    /** A link of each cell, in a column or series. */
    Panel cellLink(String series, String title, String url) {
        return override(
                series, "links", array(object("title", title, "url", url, "targetBlank", url.startsWith("http"))));
    }

    JsonObject place(int id, int x, int y, int width, int height) {
        if (width < WIDE) {
            narrow();
        }
        panel.addProperty("id", id);
        panel.add("gridPos", object("x", x, "y", y, "w", width, "h", height));
        return panel;
    }
}
