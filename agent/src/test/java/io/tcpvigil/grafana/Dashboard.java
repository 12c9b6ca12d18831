// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static io.tcpvigil.grafana.Json.array;
import static io.tcpvigil.grafana.Json.object;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;

/**
 * One dashboard in the classic model, which Grafana 11 and later import and provision alike. Panels are put in rows from the
 * left to the right, 24 columns wide.
 */
final class Dashboard {
    private static final int COLUMNS = 24;
    /** Of Grafana 11 and 12; later ones migrate it when they load it. */
    private static final int SCHEMA_VERSION = 41;

    private static final String TAG = "tcpvigil";

    private final String name;
    private final JsonObject tree;
    private final JsonArray panels = new JsonArray();
    private final JsonArray variables;
    private int x;
    private int y;
    private int rowHeight;
    private int nextId = 1;

    private Dashboard(String name, String title, String description, String from, JsonArray variables) {
        this.name = name;
        this.variables = variables;
        this.tree = object(
                "id",
                null,
                "uid",
                "tcpvigil-" + name,
                "title",
                "tcpvigil / " + title,
                "description",
                description,
                "tags",
                array(TAG),
                "schemaVersion",
                SCHEMA_VERSION,
                "version",
                1,
                "editable",
                false,
                "graphTooltip",
                1,
                "refresh",
                "1m",
                "timezone",
                "",
                "time",
                object("from", from, "to", "now"),
                "templating",
                object("list", variables),
                "links",
                array(object(
                        "type",
                        "dashboards",
                        "title",
                        "tcpvigil",
                        "tags",
                        array(TAG),
                        "icon",
                        "external link",
                        "tooltip",
                        "The same time and host",
                        "asDropdown",
                        false,
                        "includeVars",
                        true,
                        "keepTime",
                        true,
                        "targetBlank",
                        false)),
                "panels",
                panels);
    }

    /** One about a host, or some, that the reader chooses. */
    static Dashboard ofHost(String name, String title, String description) {
        JsonArray variables = array(
                dataSourceVariable(),
                query("job", "Job", "label_values(tcpvigil_build_info, job)"),
                query("instance", "Instance", "label_values(tcpvigil_build_info{job=~\"$job\"}, instance)"));
        Dashboard dashboard = new Dashboard(name, title, description, "now-6h", variables);
        dashboard.annotate(
                "tcpvigil_finding{job=~\"$job\", instance=~\"$instance\"} == 1",
                "{{finding}}",
                "{{severity}} on {{instance}}");
        return dashboard;
    }

    /** One about all hosts of a job. */
    static Dashboard ofFleet(String name, String title, String description) {
        JsonArray variables = array(dataSourceVariable(), query("job", "Job", "label_values(job:up:count, job)"));
        Dashboard dashboard = new Dashboard(name, title, description, "now-24h", variables);
        dashboard.annotate(
                "ALERTS{alertname=\"TcpvigilFindingFleetwide\", alertstate=\"firing\", job=~\"$job\"}",
                "{{finding}}",
                "{{severity}}, on more than 5 % of the hosts");
        return dashboard;
    }

    String name() {
        return name;
    }

    static JsonObject dataSource() {
        return object("type", "prometheus", "uid", "${datasource}");
    }

    private static JsonObject dataSourceVariable() {
        return object(
                "type", "datasource",
                "name", "datasource",
                "label", "Data source",
                "query", "prometheus",
                "refresh", 1,
                "hide", 0,
                "includeAll", false,
                "multi", false,
                "regex", "");
    }

    /** One that is asked for anew when the time range changes. */
    private static JsonObject query(String name, String label, String expression) {
        return object(
                "type",
                "query",
                "name",
                name,
                "label",
                label,
                "datasource",
                dataSource(),
                "query",
                object("query", expression, "refId", name),
                "refresh",
                2,
                "sort",
                1,
                "hide",
                0,
                "multi",
                true,
                // A fleet of all hosts has a dashboard of its own, which asks for none of them.
                "includeAll",
                name.equals("job"),
                "allValue",
                ".+",
                "regex",
                "");
    }

    /** A state to be chosen, of those that histograms have. */
    Dashboard chooseState() {
        variables.add(object(
                "type",
                "custom",
                "name",
                "state",
                "label",
                "State",
                "query",
                "established,close_wait,syn_sent,syn_received,fin_wait_1,fin_wait_2,closing,last_ack,time_wait",
                "hide",
                0,
                "multi",
                false,
                "includeAll",
                false));
        return this;
    }

    private void annotate(String expression, String title, String text) {
        tree.add(
                "annotations",
                object(
                        "list",
                        array(object(
                                "name",
                                "Findings",
                                "datasource",
                                dataSource(),
                                "enable",
                                true,
                                "hide",
                                false,
                                "iconColor",
                                Colour.WARNING.code,
                                "target",
                                object("refId", "Anno", "expr", expression, "interval", "1m"),
                                // Up to version 11 they stand here.
                                "expr",
                                expression,
                                "step",
                                "1m",
                                "titleFormat",
                                title,
                                "textFormat",
                                text))));
    }

    /** Begins a section. */
    Dashboard section(String title) {
        endRow();
        panels.add(object(
                "type",
                "row",
                "title",
                title,
                "id",
                nextId++,
                "collapsed",
                false,
                "panels",
                array(),
                "gridPos",
                object("x", 0, "y", y, "w", COLUMNS, "h", 1)));
        y++;
        return this;
    }

    /** Puts a panel to the right of the last one, or below when there is no room. */
    Dashboard add(int width, int height, Panel panel) {
        if (x + width > COLUMNS) {
            endRow();
        }
        panels.add(panel.place(nextId++, x, y, width, height));
        x += width;
        rowHeight = Math.max(rowHeight, height);
        return this;
    }

    private void endRow() {
        x = 0;
        y += rowHeight;
        rowHeight = 0;
    }

    String json() {
        return Json.text(tree);
    }
}
