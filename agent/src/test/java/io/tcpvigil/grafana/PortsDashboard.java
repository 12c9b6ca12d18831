// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static io.tcpvigil.findings.FindingId.ACCEPT_QUEUE_FULL;
import static io.tcpvigil.findings.FindingId.EPHEMERAL_EXHAUSTION;
import static io.tcpvigil.findings.FindingId.LISTEN_DROPS;
import static io.tcpvigil.findings.FindingId.PORT_CONFLICT_POOLS;
import static io.tcpvigil.findings.FindingId.SHORT_LIVED_CHURN;
import static io.tcpvigil.findings.FindingId.SYN_COOKIES_ACTIVE;
import static io.tcpvigil.findings.FindingId.SYN_RECEIVED_PILE;
import static io.tcpvigil.findings.FindingId.SYN_SENT_PILE;
import static io.tcpvigil.grafana.Json.array;
import static io.tcpvigil.grafana.Json.object;

import com.google.gson.JsonObject;

/** Who serves, who waits to be accepted, where connections go, and when local ports run out. */
final class PortsDashboard {
    private PortsDashboard() {}

    static Dashboard make() {
        Dashboard ports = Dashboard.ofHost(
                "ports",
                "Ports",
                "Who serves, who waits to be accepted, where connections go, and when local ports run out.");
        listeners(ports);
        drops(ports);
        destinations(ports);
        return ports;
    }

    /** A share as a coloured bar in its cell. */
    static JsonObject bar() {
        return object("type", "gauge", "mode", "basic", "valueDisplayMode", "text");
    }

    private static void listeners(Dashboard ports) {
        ports.section("Ports that serve")
                .add(
                        12,
                        10,
                        Panel.stacked(
                                        "Sockets of each port",
                                        "All sockets of the ports that serve, as of the last full sample; the ports with fewest are"
                                                + " added up as \"other\".")
                                .query(
                                        "sum by (port, service) (tcpvigil_port_connections{@, state!=\"listen\"}) > 0",
                                        "{{port}} {{service}}"))
                .add(
                        12,
                        10,
                        Panel.table(
                                        "Listeners",
                                        "Connections that wait for accept, and how many may; one more than the limit is let in.")
                                .instant("sum by (instance, port) (tcpvigil_listener_accept_queue{@})")
                                .instant("sum by (instance, port) (tcpvigil_listener_accept_queue_limit{@})")
                                .instant("max by (instance, port) (tcpvigil_listener_accept_queue{@}"
                                        + " / (tcpvigil_listener_accept_queue_limit{@} + 1))")
                                .transform("merge", object())
                                .columns(
                                        "instance", "Host",
                                        "port", "Port",
                                        "Value #A", "Waiting",
                                        "Value #B", "Limit",
                                        "Value #C", "Full")
                                .transform("sortBy", object("sort", array(object("field", "Full", "desc", true))))
                                .unit("none")
                                .override("Full", "unit", "percentunit")
                                .override("Full", "min", 0)
                                .override("Full", "max", 1)
                                .override("Full", "custom.cellOptions", bar())
                                .thresholds(0.8, 1)
                                .runbook(ACCEPT_QUEUE_FULL))
                .add(
                        12,
                        9,
                        Panel.lines(
                                        "Accept queues",
                                        "Connections that wait for accept. A queue that stays near its limit (next panel) belongs to"
                                                + " an application that does not keep up.")
                                .query("sum by (port) (tcpvigil_listener_accept_queue{@})", "{{port}}")
                                .runbook(ACCEPT_QUEUE_FULL))
                .add(
                        12,
                        9,
                        Panel.lines(
                                        "Accept queues, share of their limit",
                                        "At 100 % the kernel drops SYNs and last ACKs; clients then see delays of 1, 3, 7 s.")
                                .query(
                                        "max by (port) (tcpvigil_listener_accept_queue{@}"
                                                + " / (tcpvigil_listener_accept_queue_limit{@} + 1))",
                                        "{{port}}")
                                .unit("percentunit")
                                .base(object("max", 1))
                                .thresholds(0.8, 1)
                                .showThresholds()
                                .runbook(ACCEPT_QUEUE_FULL));
    }

    private static void drops(Dashboard ports) {
        ports.section("Handshakes")
                .add(
                        12,
                        8,
                        Panel.lines(
                                        "Dropped at listeners, and SYN cookies",
                                        "Drops are clients that wait or give up. Overflows are accept queues; req_q_full are SYN"
                                                + " queues, answered by cookies or not at all.")
                                .query(
                                        "sum by (event) (rate(tcpvigil_kernel_events_total{@,"
                                                + " event=~\"listen_drops|listen_overflows|req_q_full_.*|syncookies_.*\"}[$__rate_interval]))",
                                        "{{event}}")
                                .unit("ops")
                                .runbook(LISTEN_DROPS, SYN_COOKIES_ACTIVE))
                .add(
                        12,
                        8,
                        Panel.lines(
                                        "Half-open",
                                        "SYN-RECEIVED: clients that have not answered. SYN-SENT: destinations that have not. Both"
                                                + " last one round trip when all is well.")
                                .query(
                                        "sum by (state) (tcpvigil_connections{@, state=~\"syn_received|syn_sent\"})",
                                        "{{state}}")
                                .stateColours()
                                .runbook(SYN_RECEIVED_PILE, SYN_SENT_PILE));
    }

    private static void destinations(Dashboard ports) {
        ports.section("Local ports for outgoing connections")
                .add(
                        12,
                        9,
                        Panel.lines(
                                        "Share of the local ports in use, by destination",
                                        "Each connection from one address to one destination needs a port of its own, TIME-WAIT"
                                                + " included. At 100 % connect fails with EADDRNOTAVAIL.")
                                .query(
                                        "max by (source, destination, port) (tcpvigil_destination_utilisation_ratio{@})",
                                        "{{destination}}:{{port}} from {{source}}")
                                .unit("percentunit")
                                .base(object("max", 1))
                                .thresholds(0.8, 0.95)
                                .showThresholds()
                                .runbook(EPHEMERAL_EXHAUSTION))
                .add(
                        12,
                        9,
                        Panel.lines(
                                        "Time until the ports to a destination run out",
                                        "As the agent foretells from how their use grows; nothing for those whose use does not grow.")
                                .query(
                                        "min by (source, destination, port) (tcpvigil_destination_exhaustion_seconds{@})",
                                        "{{destination}}:{{port}} from {{source}}")
                                .unit("s")
                                .base(object("noValue", "none tends to that"))
                                .runbook(EPHEMERAL_EXHAUSTION))
                .add(
                        16,
                        10,
                        Panel.table(
                                        "Destinations",
                                        "Local ports in use and available to each; the fewest are added up as \"other\".")
                                .instant(
                                        "sum by (instance, source, destination, port) (tcpvigil_destination_ports_used{@})")
                                .instant(
                                        "sum by (instance, source, destination, port) (tcpvigil_destination_ports_available{@})")
                                .instant(
                                        "max by (instance, source, destination, port) (tcpvigil_destination_utilisation_ratio{@})")
                                .transform("merge", object())
                                .columns(
                                        "instance", "Host",
                                        "destination", "Destination",
                                        "port", "Port",
                                        "source", "From",
                                        "Value #A", "Used",
                                        "Value #B", "Available",
                                        "Value #C", "Share")
                                .transform("sortBy", object("sort", array(object("field", "Share", "desc", true))))
                                .unit("none")
                                .override("Share", "unit", "percentunit")
                                .override("Share", "min", 0)
                                .override("Share", "max", 1)
                                .override("Share", "custom.cellOptions", bar())
                                .thresholds(0.8, 0.95)
                                .runbook(EPHEMERAL_EXHAUSTION))
                .add(
                        8,
                        10,
                        Panel.lines(
                                        "Ports held by bind, and connects without a port",
                                        "Bound sockets that are not connected hold ports that connect passes over. A connect that"
                                                + " found none is told by the probe only.")
                                .query("sum(tcpvigil_bound_sockets{@})", "bound, not connected")
                                .query(
                                        "sum(increase(tcpvigil_connects_without_port_total{@}[$__rate_interval]))",
                                        "connects without a port")
                                .query("max(tcpvigil_limit{@, limit=\"ephemeral_ports\"})", "ephemeral ports")
                                .limit("ephemeral ports")
                                .colour("bound, not connected", Colour.BLUE)
                                .colour("connects without a port", Colour.VERMILION)
                                .runbook(PORT_CONFLICT_POOLS, SHORT_LIVED_CHURN));
    }
}
