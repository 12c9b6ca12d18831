// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static io.tcpvigil.grafana.Json.array;
import static io.tcpvigil.grafana.Json.object;

/**
 * Ten thousand hosts: from recording rules only, so that no panel asks for a series of each host. Its matcher is the job; hosts
 * appear where a rule has chosen the worst.
 */
final class FleetDashboard {
    private static final String JOB = "job=~\"$job\"";
    private static final String TO_HOST =
            "/d/tcpvigil-host?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&var-instance=${__data.fields.Host}";

    private FleetDashboard() {}

    static Dashboard make() {
        Dashboard fleet = Dashboard.ofFleet(
                "fleet", "Fleet", "All hosts of a job: what is wrong where, and how the fleet is spread.");
        now(fleet);
        findings(fleet);
        worst(fleet);
        spread(fleet);
        traffic(fleet);
        agents(fleet);
        return fleet;
    }

    private static void now(Dashboard fleet) {
        fleet.add(
                        6,
                        4,
                        Panel.number("Hosts", "Agents that Prometheus scrapes.")
                                .query("sum(job:up:count{" + JOB + "})", "hosts"))
                .add(
                        6,
                        4,
                        Panel.number("Agents that do not answer", "Nobody watches the connections of these hosts.")
                                .query("sum(job:up:count{" + JOB + "} - job:up:sum{" + JOB + "})", "down")
                                .thresholds(1, Double.NaN))
                .add(
                        6,
                        4,
                        Panel.number(
                                        "Critical findings",
                                        "Sum over hosts and kinds: connections fail, or will within minutes.")
                                .query(
                                        "sum(job_finding_severity:tcpvigil_finding:sum{" + JOB
                                                + ", severity=\"critical\"})",
                                        "critical")
                                .thresholds(Double.NaN, 1))
                .add(
                        6,
                        4,
                        Panel.number("Warnings", "Sum over hosts and kinds: to be looked at in working hours.")
                                .query(
                                        "sum(job_finding_severity:tcpvigil_finding:sum{" + JOB
                                                + ", severity=\"warning\"})",
                                        "warnings")
                                .thresholds(1, Double.NaN));
    }

    private static void findings(Dashboard fleet) {
        fleet.section("What is wrong")
                .add(
                        12,
                        12,
                        Panel.stacked("Hosts with each finding", "How many hosts have it, critical or not.")
                                .query(
                                        "sum by (finding) (job_finding_severity:tcpvigil_finding:sum{" + JOB + "}) > 0",
                                        "{{finding}}")
                                .base(object("noValue", "nothing is wrong")))
                .add(
                        12,
                        12,
                        Panel.table(
                                        "Worst hosts of each finding",
                                        "At most 20 of each kind, critical ones first. A host leads to its dashboard, a finding to"
                                                + " the runbook that the agent of that host serves.")
                                .instant("job_finding_instance:tcpvigil_finding:topk20{" + JOB + "}")
                                .columns("instance", "Host", "finding", "Finding", "Value", "Severity", "job", "Job")
                                .transform("sortBy", object("sort", array(object("field", "Severity", "desc", true))))
                                .override(
                                        "Severity",
                                        "mappings",
                                        array(object(
                                                "type",
                                                "value",
                                                "options",
                                                object(
                                                        "1",
                                                                object(
                                                                        "text",
                                                                        "warning",
                                                                        "color",
                                                                        Colour.WARNING.code,
                                                                        "index",
                                                                        0),
                                                        "2",
                                                                object(
                                                                        "text",
                                                                        "critical",
                                                                        "color",
                                                                        Colour.CRITICAL.code,
                                                                        "index",
                                                                        1)))))
                                .override("Severity", "custom.cellOptions", object("type", "color-text"))
                                .cellLink("Host", "Open this host", TO_HOST)
                                .cellLink(
                                        "Finding",
                                        "Runbook",
                                        "http://${__data.fields.Host}/runbooks/${__data.fields.Finding}")
                                .unit("none"));
    }

    private static void worst(Dashboard fleet) {
        fleet.section("Worst hosts")
                .add(8, 10, top("CLOSE-WAIT", "The 20 hosts with most of it.", "close_wait", "Sockets", "none"))
                .add(
                        8,
                        10,
                        top(
                                "Local ports to one destination",
                                "The 20 hosts whose fullest destination has most of its ports in use.",
                                "destination_ports",
                                "Share",
                                "percentunit"))
                .add(
                        8,
                        10,
                        top(
                                "Accept queue",
                                "The 20 hosts whose fullest accept queue is nearest to its limit.",
                                "listener_accept_queue",
                                "Share",
                                "percentunit"))
                .add(
                        12,
                        10,
                        top(
                                "TIME-WAIT of its limit",
                                "The 20 hosts that are nearest to tcp_max_tw_buckets.",
                                "time_wait",
                                "Share",
                                "percentunit"))
                .add(
                        12,
                        10,
                        top(
                                "Open files of a process",
                                "The 20 hosts with the process that is nearest to its limit.",
                                "process_descriptors",
                                "Share",
                                "percentunit"));
    }

    private static Panel top(String title, String description, String rule, String column, String unit) {
        Panel table = Panel.table(title, description)
                .instant("job_instance:tcpvigil_" + rule + ":topk20{" + JOB + "}")
                .columns("instance", "Host", "Value", column)
                .transform("sortBy", object("sort", array(object("field", column, "desc", true))))
                .cellLink("Host", "Open this host", TO_HOST)
                .unit(unit);
        return column.equals("Share")
                ? table.override(column, "min", 0)
                        .override(column, "max", 1)
                        .override(column, "custom.cellOptions", PortsDashboard.bar())
                        .thresholds(0.8, 0.95)
                : table;
    }

    private static void spread(Dashboard fleet) {
        fleet.section("How the fleet is spread (hosts in each bucket)")
                .add(8, 9, spread("CLOSE-WAIT sockets of a host", "close_wait", "short"))
                .add(8, 9, spread("Established connections of a host", "established", "short"))
                .add(8, 9, spread("Ports in use to the fullest destination", "destination_ports", "percentunit"));
    }

    private static Panel spread(String title, String rule, String unit) {
        return Panel.heat(title, "How many hosts have at most so much, minute by minute.", unit)
                .buckets("sum by (le) (job_le:tcpvigil_" + rule + "_instances:count{" + JOB + "})");
    }

    private static void traffic(Dashboard fleet) {
        fleet.section("Connections")
                .add(
                        12,
                        9,
                        Panel.stacked("Sockets by state", "Of all hosts together, without listening ones.")
                                .query(
                                        "sum by (state) (job_state:tcpvigil_connections:sum{" + JOB
                                                + ", state!=\"listen\"})",
                                        "{{state}}")
                                .stateColours())
                .add(
                        12,
                        9,
                        Panel.stacked("Closed a second", "Of all hosts together, by who ended them, or what.")
                                .query(
                                        "sum by (ended_by) (job_ended_by:tcpvigil_connections_closed:rate5m{" + JOB
                                                + "})",
                                        "{{ended_by}}")
                                .unit("cps")
                                .colour("reset", Colour.VERMILION)
                                .colour("refused", Colour.PURPLE)
                                .colour("local", Colour.BLUE)
                                .colour("peer", Colour.SKY)
                                .colour("both", Colour.GREEN)
                                .colour("unknown", Colour.GREY))
                .add(
                        12,
                        9,
                        Panel.lines("Opened a second", "Of all hosts together.")
                                .query(
                                        "sum by (direction) (job_direction:tcpvigil_connections_opened:rate5m{" + JOB
                                                + "})",
                                        "{{direction}}")
                                .unit("cps"))
                .add(
                        12,
                        9,
                        Panel.lines("Failures a second", "What the kernels of all hosts count together.")
                                .query(
                                        "sum by (event) (job_event:tcpvigil_kernel_events:rate5m{" + JOB
                                                + ", event=~\"attempt_fails|estab_resets|abort_on_.*|listen_drops|time_wait_overflow\"}) > 0",
                                        "{{event}}")
                                .unit("ops")
                                .base(object("noValue", "none")));
    }

    private static void agents(Dashboard fleet) {
        fleet.section("Agents")
                .add(
                        6,
                        8,
                        Panel.lines(
                                        "Seen of what the kernels counted",
                                        "By kind of event; below 100 % something was missed.")
                                .query(
                                        "min by (event) (job_event:tcpvigil_lifecycle_events:coverage_ratio_rate5m{"
                                                + JOB + "})",
                                        "{{event}}")
                                .unit("percentunit"))
                .add(
                        6,
                        8,
                        Panel.lines(
                                        "Hosts that look for each finding",
                                        "A line that falls: detectors went blind somewhere.")
                                .query(
                                        "sum by (finding) (job_finding:tcpvigil_finding:count{" + JOB + "})",
                                        "{{finding}}")
                                .options(object("legend", object("showLegend", false))))
                .add(
                        6,
                        8,
                        Panel.lines("Versions and sources", "How many agents run which version, and read from where.")
                                .query(
                                        "sum by (version) (job_version:tcpvigil_build_info:count{" + JOB + "})",
                                        "{{version}}")
                                .query(
                                        "sum by (source) (job_source:tcpvigil_source_info:count{" + JOB + "})",
                                        "{{source}}"))
                .add(
                        6,
                        8,
                        Panel.lines("Cost of an agent, on average", "Memory in RAM, and share of one processor.")
                                .query("avg(job:process_resident_memory_bytes:avg{" + JOB + "})", "memory")
                                .query("avg(job:process_cpu_seconds:avg_rate5m{" + JOB + "})", "processor")
                                .unit("bytes")
                                .override("processor", "unit", "percentunit")
                                .override("processor", "custom.axisPlacement", "right"));
    }
}
