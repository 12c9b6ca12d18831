// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static io.tcpvigil.findings.FindingId.CLOSE_WAIT_LEAK;
import static io.tcpvigil.findings.FindingId.CONNECT_FAILURES;
import static io.tcpvigil.findings.FindingId.RESET_STORM;
import static io.tcpvigil.findings.FindingId.SAMPLING_BLIND;
import static io.tcpvigil.findings.FindingId.TIME_WAIT_PILE;
import static io.tcpvigil.grafana.Json.array;
import static io.tcpvigil.grafana.Json.object;

/** Where the connections of a host stand, how they got there, and what is wrong. */
final class HostDashboard {
    /** Those that sockets are in, and those that steps lead from or to: CLOSED is only the latter. */
    static final String STATES_OF_MACHINE =
            "label_replace(label_replace(sum by (state) (tcpvigil_connections{@, state!=\"listen\"})"
                    + noneAt("to") + noneAt("from")
                    + ", \"id\", \"$1\", \"state\", \"(.*)\"), \"title\", \"$1\", \"state\", \"(.*)\")";

    static final String STEPS_OF_MACHINE = "label_replace(label_replace(label_join("
            + "sum by (from, to) (rate(tcpvigil_transitions_total{@}[$__rate_interval])) > 0, \"id\", \"-\", \"from\", \"to\"),"
            + " \"source\", \"$1\", \"from\", \"(.*)\"), \"target\", \"$1\", \"to\", \"(.*)\")";

    private HostDashboard() {}

    /** Nothing in each state at this end of a step. */
    private static String noneAt(String end) {
        return " or 0 * sum by (state) (label_replace(sum by (" + end
                + ") (rate(tcpvigil_transitions_total{@}[$__rate_interval])), \"state\", \"$1\", \"" + end
                + "\", \"(.*)\"))";
    }

    static Dashboard make() {
        Dashboard host = Dashboard.ofHost(
                        "host", "Host", "Where the connections of a host stand, how they got there, and what is wrong.")
                .chooseState();
        now(host);
        host.section("What is wrong").add(24, 12, findings());
        states(host);
        machine(host);
        times(host);
        trust(host);
        return host;
    }

    private static void now(Dashboard host) {
        host.add(
                        4,
                        4,
                        Panel.number(
                                        "Findings",
                                        "How many kinds of trouble there are at present, of 22 that are looked for.")
                                .query("sum(max by (job, instance, finding) (tcpvigil_finding{@}))", "findings")
                                .thresholds(1, Double.NaN)
                                .runbook(SAMPLING_BLIND))
                .add(
                        4,
                        4,
                        Panel.number("Established", "Connections in ESTABLISHED as of the last sample.")
                                .query("sum(tcpvigil_connections{@, state=\"established\"})", "established"))
                .add(
                        4,
                        4,
                        Panel.number(
                                        "CLOSE-WAIT",
                                        "The peer has closed, the application here has not. For milliseconds this is normal.")
                                .query("sum(tcpvigil_connections{@, state=\"close_wait\"})", "close_wait")
                                .thresholds(10, 1000)
                                .runbook(CLOSE_WAIT_LEAK))
                .add(
                        4,
                        4,
                        Panel.number(
                                        "TIME-WAIT of its limit",
                                        "Share of tcp_max_tw_buckets; the fullest of the chosen hosts. Absent where the limit"
                                                + " cannot be read.")
                                .query(
                                        "max(max by (job, instance) (tcpvigil_kernel_sockets{@, kind=\"time_wait\"})"
                                                + " / on (job, instance) tcpvigil_limit{@, limit=\"time_wait_buckets\"})",
                                        "share")
                                .unit("percentunit")
                                .thresholds(0.8, 0.98)
                                .runbook(TIME_WAIT_PILE))
                .add(
                        4,
                        4,
                        Panel.number("Opened a second", "Connections and attempts that began, inbound and outbound.")
                                .query("sum(rate(tcpvigil_connections_opened_total{@}[$__rate_interval]))", "opened")
                                .unit("cps"))
                .add(
                        4,
                        4,
                        Panel.number(
                                        "Seen of what the kernel counted",
                                        "The least coverage of any kind of event between the last two full samples; 100 % means"
                                                + " that nothing was missed.")
                                .query("min(tcpvigil_lifecycle_coverage_ratio{@})", "coverage")
                                .unit("percentunit")
                                .base(object(
                                        "max",
                                        1,
                                        "thresholds",
                                        object(
                                                "mode",
                                                "absolute",
                                                "steps",
                                                array(
                                                        object("color", Colour.WARNING.code, "value", null),
                                                        object("color", Colour.FINE.code, "value", 0.5)))))
                                .runbook(SAMPLING_BLIND));
    }

    private static Panel findings() {
        return Panel.lanes(
                        "Findings over time",
                        "Each kind of trouble that is looked for, as tcpvigil doctor has it. No lane or a gap: nobody could"
                                + " look. A click on a bar leads to the runbook.")
                .query(
                        "max by (finding) (2 * tcpvigil_finding{@, severity=\"critical\"}"
                                + " or tcpvigil_finding{@, severity=\"warning\"})",
                        "{{finding}}")
                .base(object(
                        "mappings",
                        array(object(
                                "type",
                                "value",
                                "options",
                                object(
                                        "0", object("text", "nothing", "color", "#3A3F44", "index", 0),
                                        "1", object("text", "warning", "color", Colour.WARNING.code, "index", 1),
                                        "2", object("text", "critical", "color", Colour.CRITICAL.code, "index", 2)))),
                        "links",
                        array(object(
                                "title",
                                "Runbook",
                                "url",
                                "http://${instance}/runbooks/${__field.labels.finding}",
                                "targetBlank",
                                true))))
                .unit("none")
                .thresholds(1, 2);
    }

    private static void states(Dashboard host) {
        host.section("States")
                .add(
                        16,
                        10,
                        Panel.stacked(
                                        "Sockets by state",
                                        "All TCP sockets but listening ones, as of each sample; what came and went between two"
                                                + " samples is not in it.")
                                .query("sum by (state) (tcpvigil_connections{@, state!=\"listen\"})", "{{state}}")
                                .stateColours())
                .add(
                        8,
                        10,
                        Panel.lines(
                                        "Oldest in each state",
                                        "How long the one has been there that has been there for longest, at least. CLOSE-WAIT"
                                                + " that rises and never falls is a leak.")
                                .query(
                                        "max by (state) (tcpvigil_state_oldest_seconds{@, state!=\"established\"}) > 0",
                                        "{{state}}")
                                .unit("s")
                                .logarithmic()
                                .stateColours()
                                .runbook(CLOSE_WAIT_LEAK));
    }

    private static void machine(Dashboard host) {
        host.section("State machine")
                .add(
                        12,
                        14,
                        Panel.graph(
                                        "State machine",
                                        "The state machine of RFC 9293 as it is walked: sockets in each state, and how many take each"
                                                + " step in a second. CLOSED is where they come from and go to.",
                                        "short",
                                        "cps")
                                .nodes(STATES_OF_MACHINE)
                                .edges(STEPS_OF_MACHINE)
                                .unit("cps"))
                .add(
                        12,
                        14,
                        Panel.table(
                                        "Steps a second, from (rows) to (columns)",
                                        "The state machine of RFC 9293 as a matrix: how often connections take each step. Empty"
                                                + " is a step that none took.")
                                .instant(
                                        "sum by (from, to) (rate(tcpvigil_transitions_total{@}[$__rate_interval])) > 0")
                                .transform(
                                        "groupingToMatrix",
                                        object(
                                                "columnField", "to",
                                                "rowField", "from",
                                                "valueField", "Value",
                                                "emptyValue", "empty"))
                                .unit("cps")
                                .base(object("decimals", 2, "color", object("mode", "continuous-BlPu")))
                                .custom(object("cellOptions", object("type", "color-background", "mode", "gradient"))))
                .add(
                        24,
                        9,
                        Panel.stacked(
                                        "Flow of transitions",
                                        "The same over time. SYN-RECEIVED to CLOSED are handshakes that never ended; ESTABLISHED to"
                                                + " CLOSED are resets and time-outs.")
                                .query(
                                        "sum by (from, to) (rate(tcpvigil_transitions_total{@}[$__rate_interval])) > 0",
                                        "{{from}} to {{to}}")
                                .unit("cps")
                                .runbook(RESET_STORM))
                .add(
                        8,
                        9,
                        Panel.stacked("Opened", "Connections and attempts that began, by who began them.")
                                .query(
                                        "sum by (direction) (rate(tcpvigil_connections_opened_total{@}[$__rate_interval]))",
                                        "{{direction}}")
                                .unit("cps")
                                .colour("inbound", Colour.BLUE)
                                .colour("outbound", Colour.ORANGE)
                                .colour("both", Colour.GREY))
                .add(
                        8,
                        9,
                        Panel.stacked("Closed", "Connections and attempts that are gone, by who ended them, or what.")
                                .query(
                                        "sum by (ended_by) (rate(tcpvigil_connections_closed_total{@}[$__rate_interval]))",
                                        "{{ended_by}}")
                                .unit("cps")
                                .colour("local", Colour.BLUE)
                                .colour("peer", Colour.SKY)
                                .colour("both", Colour.GREEN)
                                .colour("reset", Colour.VERMILION)
                                .colour("refused", Colour.PURPLE)
                                .colour("unknown", Colour.GREY)
                                .runbook(RESET_STORM))
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Failures",
                                        "What the kernel counts: connects that failed, connections that were reset, aborts, time-outs"
                                                + " and drops.")
                                .query(
                                        "sum by (event) (rate(tcpvigil_kernel_events_total{@,"
                                                + " event=~\"attempt_fails|estab_resets|abort_on_.*|timeouts|listen_drops|syn_retrans\"}[$__rate_interval]))"
                                                + " > 0",
                                        "{{event}}")
                                .unit("ops")
                                .base(object("noValue", "none"))
                                .runbook(CONNECT_FAILURES, RESET_STORM));
    }

    private static void times(Dashboard host) {
        host.section("Times")
                .add(
                        12,
                        10,
                        Panel.heat(
                                        "Time in state $state",
                                        "How long connections had been in the state that is chosen above, when they left it. Those"
                                                + " whose entry was not seen are left out.",
                                        "s")
                                .buckets(
                                        "sum by (le) (increase(tcpvigil_state_duration_seconds_bucket{@, state=\"$state\"}[$__rate_interval]))"))
                .add(
                        12,
                        10,
                        Panel.heat(
                                        "Life of connections",
                                        "How long connections lived that are gone. Many short ones to the same destination should"
                                                + " be pooled.",
                                        "s")
                                .buckets(
                                        "sum by (le) (increase(tcpvigil_connection_duration_seconds_bucket{@}[$__rate_interval]))"));
    }

    private static void trust(Dashboard host) {
        host.section("Can it be believed")
                .add(
                        12,
                        8,
                        Panel.lines(
                                        "Coverage by kind of event",
                                        "Events seen, of those that the kernel counted. Below 50 % histories and ages lack more than"
                                                + " they have.")
                                .query("min by (event) (tcpvigil_lifecycle_coverage_ratio{@})", "{{event}}")
                                .unit("percentunit")
                                .base(object("max", 1))
                                .runbook(SAMPLING_BLIND))
                .add(
                        12,
                        8,
                        Panel.stacked(
                                        "Transitions by evidence",
                                        "exact: the kernel told; observed: two looks one step apart; inferred: several steps, one"
                                                + " way; ambiguous: several ways; vanished: nothing tells.")
                                .query(
                                        "sum by (evidence) (rate(tcpvigil_transitions_total{@}[$__rate_interval]))",
                                        "{{evidence}}")
                                .unit("cps")
                                .colour("exact", Colour.BLUE)
                                .colour("observed", Colour.SKY)
                                .colour("inferred", Colour.GREEN)
                                .colour("ambiguous", Colour.ORANGE)
                                .colour("vanished", Colour.VERMILION)
                                .runbook(SAMPLING_BLIND));
    }
}
