// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static io.tcpvigil.findings.FindingId.SAMPLING_BLIND;
import static io.tcpvigil.grafana.Json.array;
import static io.tcpvigil.grafana.Json.object;

/** What the agent costs, and whether it can be trusted. */
final class AgentDashboard {
    private AgentDashboard() {}

    static Dashboard make() {
        Dashboard agent =
                Dashboard.ofHost("agent", "Agent", "What the agent costs, how well it sees, and what it leaves out.");
        health(agent);
        cost(agent);
        bounds(agent);
        return agent;
    }

    private static void health(Dashboard agent) {
        agent.section("Health")
                .add(
                        6,
                        4,
                        Panel.number("Agents that answer", "Of the chosen ones, how many the last scrape reached.")
                                .query("sum(up{@})", "answer")
                                .query("count(up{@})", "scraped")
                                .colour("scraped", Colour.GREY)
                                .runbook(SAMPLING_BLIND))
                .add(
                        6,
                        4,
                        Panel.number(
                                        "Age of the last sample",
                                        "The oldest of the chosen ones. Above a minute an alert is raised.")
                                .query("max(tcpvigil_sample_age_seconds{@})", "age")
                                .unit("s")
                                .thresholds(10, 60)
                                .runbook(SAMPLING_BLIND))
                .add(
                        6,
                        4,
                        Panel.number(
                                        "Least coverage",
                                        "Of what the kernel counted between the last two full samples, how much was seen; the worst"
                                                + " kind of event of the worst host.")
                                .query("min(tcpvigil_lifecycle_coverage_ratio{@})", "coverage")
                                .unit("percentunit")
                                .base(object("max", 1))
                                .runbook(SAMPLING_BLIND))
                .add(
                        6,
                        4,
                        Panel.number(
                                        "Anomalies",
                                        "Jumps of a connection with no legal way between the states, in the time range.")
                                .query("sum(increase(tcpvigil_anomalies_total{@}[$__range]))", "anomalies")
                                .thresholds(1, Double.NaN))
                .add(
                        12,
                        8,
                        Panel.table(
                                        "Versions and sources",
                                        "What runs where, and why the table of sockets does not come from netlink, if so.")
                                .instant("max by (instance, source, reason, version, java) (tcpvigil_source_info{@}"
                                        + " * on (job, instance) group_left (version, java) tcpvigil_build_info{@})")
                                .columns(
                                        "instance", "Host",
                                        "version", "Version",
                                        "java", "Java",
                                        "source", "Source",
                                        "reason", "Why not a better one")
                                .unit("none")
                                .runbook(SAMPLING_BLIND))
                .add(
                        12,
                        8,
                        Panel.lanes(
                                        "Sources of events",
                                        "Whether destroy events and the probe work. Without them, what comes and goes between two"
                                                + " looks is missed, and steps are worked out instead of told.")
                                .query(
                                        "min by (instance, source) (tcpvigil_event_source_up{@})",
                                        "{{source}} {{instance}}")
                                .base(object(
                                        "mappings",
                                        array(object(
                                                "type",
                                                "value",
                                                "options",
                                                object(
                                                        "0",
                                                                object(
                                                                        "text",
                                                                        "missing",
                                                                        "color",
                                                                        Colour.WARNING.code,
                                                                        "index",
                                                                        0),
                                                        "1",
                                                                object(
                                                                        "text",
                                                                        "works",
                                                                        "color",
                                                                        Colour.FINE.code,
                                                                        "index",
                                                                        1))))))
                                .unit("none")
                                .thresholds(Double.NaN, Double.NaN)
                                .runbook(SAMPLING_BLIND))
                .add(
                        12,
                        8,
                        Panel.lines(
                                        "Lost events, failed dumps, incomplete samples",
                                        "Events that a source is known to have lost; dumps that failed or were cut short; sockets in"
                                                + " states that this version does not know.")
                                .query(
                                        "sum by (source) (rate(tcpvigil_events_lost_total{@}[$__rate_interval]))",
                                        "lost: {{source}}")
                                .query("sum(rate(tcpvigil_source_errors_total{@}[$__rate_interval]))", "failed dumps")
                                .query("sum(1 - tcpvigil_sample_complete{@})", "incomplete samples")
                                .query(
                                        // No series when there is none: of an agent that answers, that is a zero.
                                        "sum(tcpvigil_unknown_state_rows{@}) or 0 * sum(tcpvigil_sample_complete{@})",
                                        "unknown states")
                                .unit("none")
                                .runbook(SAMPLING_BLIND))
                .add(
                        12,
                        8,
                        Panel.lines(
                                        "Intervals at present",
                                        "From one sample to the next: fast ones of all but established connections, full ones of all."
                                                + " Longer than set means that the budget of processor time stretches them.")
                                .query("max by (tier) (tcpvigil_interval_seconds{@})", "{{tier}}")
                                .unit("s")
                                .colour("fast", Colour.BLUE)
                                .colour("full", Colour.ORANGE));
    }

    private static void cost(Dashboard agent) {
        agent.section("Cost")
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Processor",
                                        "Share of one processor that the agent takes, garbage collection included.")
                                .query(
                                        "sum by (instance) (rate(process_cpu_seconds_total{@}[$__rate_interval]))",
                                        "{{instance}}")
                                .query(
                                        "sum by (instance) (rate(jvm_gc_collection_seconds_sum{@}[$__rate_interval]))",
                                        "collections {{instance}}")
                                .unit("percentunit"))
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Memory",
                                        "Memory in RAM, and what Java uses of it; some 60 MB at a thousand sockets.")
                                .query("sum by (instance) (process_resident_memory_bytes{@})", "in RAM {{instance}}")
                                .query("sum by (instance, area) (jvm_memory_used_bytes{@})", "{{area}} {{instance}}")
                                .unit("bytes"))
                .add(
                        8,
                        9,
                        Panel.lines("Threads and open files", "Of the agent itself; both stand still when all is well.")
                                .query("sum by (instance) (jvm_threads_current{@})", "threads {{instance}}")
                                .query("sum by (instance) (process_open_fds{@})", "open files {{instance}}")
                                .unit("none"))
                .add(
                        12,
                        9,
                        Panel.lines(
                                        "Duration of samples by phase",
                                        "Mean of each phase: dump (the kernel), follow (finding connections again), count, diagnose"
                                                + " (owners and findings; full samples only).")
                                .query(
                                        "sum by (tier, phase) (rate(tcpvigil_sample_duration_seconds_sum{@}[$__rate_interval]))"
                                                + " / sum by (tier, phase) (rate(tcpvigil_sample_duration_seconds_count{@}[$__rate_interval]))",
                                        "{{tier}} {{phase}}")
                                .unit("s"))
                .add(
                        12,
                        9,
                        Panel.heat(
                                        "Duration of dumps",
                                        "How long reading the kernel's table of sockets took, both tiers.",
                                        "s")
                                .buckets(
                                        "sum by (le) (increase(tcpvigil_sample_duration_seconds_bucket{@, phase=\"dump\"}[$__rate_interval]))"));
    }

    private static void bounds(Dashboard agent) {
        agent.section("What it leaves out, and what it makes Prometheus store")
                .add(
                        12,
                        8,
                        Panel.table(
                                        "Series that were added up",
                                        "How many ports, destinations, processes and units may have series of their own, and how many"
                                                + " more there are, which are added up as \"other\".")
                                .instant("sum by (instance, family) (tcpvigil_series_limit{@})")
                                .instant("sum by (instance, family) (tcpvigil_series_folded{@})")
                                .transform("merge", object())
                                .columns(
                                        "instance", "Host",
                                        "family", "Family",
                                        "Value #A", "Own series at most",
                                        "Value #B", "Added up as other")
                                .unit("none"))
                .add(
                        12,
                        8,
                        Panel.lines(
                                        "Samples of a scrape, and its duration",
                                        "How many series an agent gives, and how long Prometheus takes to fetch them.")
                                .query("max(scrape_samples_scraped{@})", "series of the largest")
                                .query("max(scrape_duration_seconds{@})", "duration of the longest")
                                .override("duration of the longest", "unit", "s")
                                .override("duration of the longest", "custom.axisPlacement", "right")
                                .unit("none"));
    }
}
