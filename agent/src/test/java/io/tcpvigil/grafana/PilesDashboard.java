// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static io.tcpvigil.findings.FindingId.CLOSE_WAIT_LEAK;
import static io.tcpvigil.findings.FindingId.CLOSING_STUCK;
import static io.tcpvigil.findings.FindingId.DESCRIPTOR_EXHAUSTION;
import static io.tcpvigil.findings.FindingId.FIN_WAIT_1_STUCK;
import static io.tcpvigil.findings.FindingId.FIN_WAIT_2_PILE;
import static io.tcpvigil.findings.FindingId.HIDDEN_CLOSED;
import static io.tcpvigil.findings.FindingId.LAST_ACK_STUCK;
import static io.tcpvigil.findings.FindingId.MEMORY_PRESSURE;
import static io.tcpvigil.findings.FindingId.ORPHAN_PRESSURE;
import static io.tcpvigil.findings.FindingId.TIME_WAIT_OVERFLOW;
import static io.tcpvigil.findings.FindingId.TIME_WAIT_PILE;
import static io.tcpvigil.grafana.Json.array;
import static io.tcpvigil.grafana.Json.object;

/** What piles up: how much, since when, whose it is, and what it comes near to. */
final class PilesDashboard {
    private PilesDashboard() {}

    static Dashboard make() {
        Dashboard piles = Dashboard.ofHost(
                "piles", "Piles", "What piles up: how much, since when, whose it is, and what it comes near to.");
        closeWait(piles);
        timeWait(piles);
        stuck(piles);
        resources(piles);
        return piles;
    }

    private static void closeWait(Dashboard piles) {
        piles.section("CLOSE-WAIT: the peer has closed, the application has not")
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "CLOSE-WAIT",
                                        "How many there are. A line that rises in steps and never falls is a leak; a plateau that"
                                                + " goes is a jam.")
                                .query("sum by (family) (tcpvigil_connections{@, state=\"close_wait\"})", "{{family}}")
                                .colour("ipv4", Colour.BLUE)
                                .colour("ipv6", Colour.SKY)
                                .runbook(CLOSE_WAIT_LEAK))
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Age of the oldest",
                                        "How long the one has stood that has stood for longest, at least: CLOSE-WAIT has no time"
                                                + " limit, FIN-WAIT-2 has none while it is held.")
                                .query(
                                        "max by (state) (tcpvigil_state_oldest_seconds{@, state=~\"close_wait|fin_wait_2|time_wait\"})",
                                        "{{state}}")
                                .unit("s")
                                .stateColours()
                                .runbook(CLOSE_WAIT_LEAK, FIN_WAIT_2_PILE))
                .add(
                        8,
                        9,
                        Panel.stacked(
                                        "CLOSE-WAIT by process",
                                        "Whose it is, as of the last full sample. \"unknown\": the owner may not be read, or there is"
                                                + " none.")
                                .query(
                                        "sum by (process) (tcpvigil_process_connections{@, state=\"close_wait\"}) > 0",
                                        "{{process}}")
                                .base(object("noValue", "none"))
                                .runbook(CLOSE_WAIT_LEAK))
                .add(
                        24,
                        9,
                        Panel.table(
                                        "Who holds what",
                                        "Sockets of each systemd unit or container that are on their way out, as of the last full"
                                                + " sample.")
                                .instant(
                                        "sum by (instance, unit, state) (tcpvigil_unit_connections{@,"
                                                + " state=~\"close_wait|fin_wait_1|fin_wait_2|last_ack|closing|time_wait\"}) > 0")
                                .columns("instance", "Host", "unit", "Unit", "state", "State", "Value", "Sockets")
                                .transform("sortBy", object("sort", array(object("field", "Sockets", "desc", true))))
                                .unit("none")
                                .runbook(CLOSE_WAIT_LEAK, FIN_WAIT_2_PILE));
    }

    private static void timeWait(Dashboard piles) {
        piles.section("TIME-WAIT: closed by us, resting for a minute")
                .add(
                        12,
                        9,
                        Panel.lines(
                                        "TIME-WAIT and its limit",
                                        "Beyond tcp_max_tw_buckets the kernel skips TIME-WAIT, and with it the protection from late"
                                                + " segments. Many are normal on a host that closes first.")
                                .query("sum(tcpvigil_kernel_sockets{@, kind=\"time_wait\"})", "time_wait")
                                .query("sum(tcpvigil_limit{@, limit=\"time_wait_buckets\"})", "tcp_max_tw_buckets")
                                .limit("tcp_max_tw_buckets")
                                .stateColours()
                                .logarithmic()
                                .runbook(TIME_WAIT_PILE))
                .add(
                        6,
                        9,
                        Panel.lines(
                                        "Made, skipped, taken over",
                                        "tw: TIME-WAIT begun. time_wait_overflow: skipped at the limit. tw_recycled: its port taken"
                                                + " over by a connect (tcp_tw_reuse).")
                                .query(
                                        "sum by (event) (rate(tcpvigil_kernel_events_total{@,"
                                                + " event=~\"tw|time_wait_overflow|tw_recycled\"}[$__rate_interval]))",
                                        "{{event}}")
                                .unit("ops")
                                .colour("tw", Colour.GREY)
                                .colour("time_wait_overflow", Colour.VERMILION)
                                .colour("tw_recycled", Colour.GREEN)
                                .runbook(TIME_WAIT_OVERFLOW))
                .add(
                        6,
                        9,
                        Panel.stacked(
                                        "TIME-WAIT by port that serves",
                                        "On a port of ours TIME-WAIT costs some memory and nothing else. What is left over rests on"
                                                + " outgoing connections: see the dashboard Ports.")
                                .query(
                                        "sum by (port, service) (tcpvigil_port_connections{@, state=\"time_wait\"}) > 0",
                                        "{{port}} {{service}}")
                                .base(object("noValue", "none")));
    }

    private static void stuck(Dashboard piles) {
        piles.section("Closing, and not getting on")
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "FIN-WAIT-2",
                                        "We have closed, the peer has not. Without a process each ends after tcp_fin_timeout; with"
                                                + " one, when the process closes.")
                                .query("sum(tcpvigil_connections{@, state=\"fin_wait_2\"})", "fin_wait_2")
                                .stateColours()
                                .runbook(FIN_WAIT_2_PILE))
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "FIN-WAIT-1, CLOSING, LAST-ACK",
                                        "Our FIN is not acknowledged: the peer is gone, or does not read. Normally each lasts one"
                                                + " round trip.")
                                .query(
                                        "sum by (state) (tcpvigil_connections{@, state=~\"fin_wait_1|closing|last_ack\"})",
                                        "{{state}}")
                                .stateColours()
                                .runbook(FIN_WAIT_1_STUCK, CLOSING_STUCK, LAST_ACK_STUCK))
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Orphans and their limit",
                                        "Closed by the process, not yet acknowledged by the peer; of the whole host. At"
                                                + " tcp_max_orphans the kernel resets. The limit is told on the host only.")
                                .query("sum(tcpvigil_kernel_sockets{@, kind=\"orphan\"})", "orphans")
                                .query("sum(tcpvigil_limit{@, limit=\"orphans\"})", "tcp_max_orphans")
                                .limit("tcp_max_orphans")
                                .colour("orphans", Colour.PURPLE)
                                .logarithmic()
                                .runbook(ORPHAN_PRESSURE));
    }

    private static void resources(Dashboard piles) {
        piles.section("What piles use up")
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Open files of processes, share of their limit",
                                        "At the limit accept and socket fail with EMFILE. Of the processes with most sockets.")
                                .query(
                                        "max by (process) (tcpvigil_process_open_descriptors{@}"
                                                + " / tcpvigil_process_descriptor_limit{@})",
                                        "{{process}}")
                                .unit("percentunit")
                                .base(object("max", 1))
                                .thresholds(0.8, 0.95)
                                .showThresholds()
                                .runbook(DESCRIPTOR_EXHAUSTION))
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Memory of all TCP sockets",
                                        "Pages in buffers, of the whole host. Above the pressure mark of tcp_mem windows shrink; at"
                                                + " the last mark segments are dropped. The marks are told on the host only.")
                                .query("sum(tcpvigil_kernel_memory_pages{@})", "pages in use")
                                .query("sum(tcpvigil_limit{@, limit=\"tcp_mem_pressure_pages\"})", "pressure")
                                .limit("pressure")
                                .colour("pages in use", Colour.BLUE)
                                .runbook(MEMORY_PRESSURE))
                .add(
                        8,
                        9,
                        Panel.lines(
                                        "Sockets allocated, and in a table",
                                        "Allocated is of the whole host, all network namespaces. A gap that grows while the others"
                                                + " stand still: a process keeps descriptors of connections that are over.")
                                .query("max(tcpvigil_kernel_sockets{@, kind=\"allocated\"})", "allocated, of the host")
                                .query(
                                        "sum(tcpvigil_kernel_sockets{@, kind=~\"in_use_ipv4|in_use_ipv6\"})",
                                        "in a table of this namespace")
                                .colour("allocated, of the host", Colour.ORANGE)
                                .colour("in a table of this namespace", Colour.BLUE)
                                .runbook(HIDDEN_CLOSED));
    }
}
