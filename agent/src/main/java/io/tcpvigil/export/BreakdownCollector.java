// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.Breakdown.Folded;
import io.tcpvigil.export.Breakdown.Held;
import io.tcpvigil.export.Breakdown.PortName;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Ports, destinations, processes and units of the last full sample: the heaviest of each have series, the rest is {@code other}.
 *
 * <pre>{@code
 * # TYPE tcpvigil_port_connections gauge
 * tcpvigil_port_connections{netns="4026531840",port="443",service="https",state="established",} 17.0
 * tcpvigil_port_connections{netns="4026531840",port="other",service="",state="established",} 3.0
 * # TYPE tcpvigil_listener_accept_queue gauge
 * tcpvigil_listener_accept_queue{netns="4026531840",port="443",} 0.0
 * # TYPE tcpvigil_destination_ports_used gauge
 * tcpvigil_destination_ports_used{netns="4026531840",source="10.0.0.1",destination="10.0.0.5",port="5432",} 400.0
 * # TYPE tcpvigil_process_connections gauge
 * tcpvigil_process_connections{process="nginx",state="established",} 17.0
 * # TYPE tcpvigil_series_folded gauge
 * tcpvigil_series_folded{family="port_connections",} 2.0
 * }</pre>
 *
 * <p>The thread that samples folds each full sample once ({@link #take}); a scrape only reads the result. What was not looked at
 * is absent.
 */
public final class BreakdownCollector extends Collector implements Collector.Describable {
    private volatile MetricsSettings settings;
    private volatile List<MetricFamilySamples> families = describe();

    // Of the thread that takes reports.
    private Breakdown breakdown;
    private MetricsSettings settingsInUse;
    private @Nullable PortBreakdown folded;
    private List<MetricFamilySamples> foldedFamilies = List.of();

    public BreakdownCollector(MetricsSettings settings) {
        this.settings = settings;
        this.settingsInUse = settings;
        this.breakdown = new Breakdown(settings);
    }

    /** From the next report on, these hold; any thread may say so. */
    public void settings(MetricsSettings now) {
        settings = now;
    }

    /** Takes in a report; for one thread. Costs next to nothing but for full samples. */
    @SuppressWarnings("ReferenceEquality") // Between full samples, reports hand on the very ports of the last one.
    public void take(Report report) {
        MetricsSettings wanted = settings;
        if (!wanted.equals(settingsInUse)) {
            settingsInUse = wanted;
            breakdown = new Breakdown(wanted);
            folded = null;
        }
        if (report.coverage().extent() == Coverage.Extent.FAILED) {
            families = describe();
            return;
        }
        if (folded != report.ports()) {
            folded = report.ports();
            foldedFamilies = families(Labels.netns(report), breakdown.fold(report));
        }
        families = foldedFamilies;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        return families;
    }

    /** The families without samples: tells the registry the names. */
    @Override
    public List<MetricFamilySamples> describe() {
        return List.of(
                portConnections().done(),
                acceptQueue().done(),
                acceptQueueLimit().done(),
                portsUsed().done(),
                portsAvailable().done(),
                utilisation().done(),
                exhaustion().done(),
                processConnections().done(),
                unitConnections().done(),
                openDescriptors().done(),
                descriptorLimit().done(),
                seriesLimit().done(),
                seriesFolded().done());
    }

    private static List<MetricFamilySamples> families(String netns, Folded now) {
        List<MetricFamilySamples> made = new ArrayList<>();
        Family limit = seriesLimit();
        Family others = seriesFolded();
        Family ports = portConnections();
        now.ports()
                .own()
                .forEach((name, states) -> addStates(ports, List.of(netns, name.port(), name.service()), states));
        addStates(
                ports,
                List.of(netns, PortName.OTHER.port(), PortName.OTHER.service()),
                now.ports().rest());
        made.add(ports.done());
        addBound("port_connections", now.ports(), limit, others);
        addListeners(netns, now.listeners(), made);
        addBound("listener_accept_queue", now.listeners(), limit, others);
        addDestinations(netns, now.destinations(), made);
        addBound("destination_ports", now.destinations(), limit, others);
        Held held = now.held();
        if (held != null) {
            made.add(holders(processConnections(), held.processes(), held.noProcess()));
            addBound("process_connections", held.processes(), limit, others);
            made.add(holders(unitConnections(), held.units(), held.noUnit()));
            addBound("unit_connections", held.units(), limit, others);
            addDescriptors(held.descriptors(), made);
        }
        made.add(limit.done());
        made.add(others.done());
        return made;
    }

    private static void addStates(Family family, List<String> labels, StateCounts counts) {
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.CLOSED) {
                List<String> values = new ArrayList<>(labels);
                values.add(state.label());
                family.count(values, counts.of(state));
            }
        }
    }

    private static void addBound(String family, TopSeries.Chosen<?, ?> chosen, Family limit, Family others) {
        limit.count(List.of(family), chosen.most());
        others.count(List.of(family), chosen.folded());
    }

    private static void addListeners(
            String netns, TopSeries.Chosen<String, AcceptQueue> listeners, List<MetricFamilySamples> made) {
        Family length = acceptQueue();
        Family limit = acceptQueueLimit();
        listeners.own().forEach((port, queue) -> add(length, limit, List.of(netns, port), queue));
        add(length, limit, List.of(netns, Labels.OTHER), listeners.rest());
        made.add(length.done());
        made.add(limit.done());
    }

    private static void add(Family length, Family limit, List<String> labels, AcceptQueue queue) {
        // One that has gone has no queue, and not one of length 0.
        if (queue.listeners() > 0 && queue.length() != PortUse.UNKNOWN) {
            length.count(labels, queue.length());
        }
        if (queue.listeners() > 0 && queue.limit() != PortUse.UNKNOWN) {
            limit.count(labels, queue.limit());
        }
    }

    private static void addDestinations(
            String netns, TopSeries.Chosen<DestinationKey, PortDemand> destinations, List<MetricFamilySamples> made) {
        Family used = portsUsed();
        Family available = portsAvailable();
        Family utilisation = utilisation();
        Family exhaustion = exhaustion();
        Map<List<String>, PortDemand> all = new LinkedHashMap<>();
        destinations.own().forEach((key, demand) -> all.put(key.labels(), demand));
        all.put(List.of(Labels.OTHER, Labels.OTHER, Labels.OTHER), destinations.rest());
        all.forEach((labels, demand) -> {
            List<String> values = new ArrayList<>(List.of(netns));
            values.addAll(labels);
            used.count(values, demand.used());
            if (demand.destinations() > 0) {
                available.count(values, demand.available());
                utilisation.with(values, demand.fullestShare());
            }
            if (demand.exhaustionSeconds() < Double.POSITIVE_INFINITY) {
                exhaustion.with(values, demand.exhaustionSeconds());
            }
        });
        made.add(used.done());
        made.add(available.done());
        made.add(utilisation.done());
        made.add(exhaustion.done());
    }

    private static MetricFamilySamples holders(
            Family family, TopSeries.Chosen<String, StateCounts> chosen, StateCounts unknown) {
        chosen.own().forEach((name, states) -> addStates(family, List.of(name), states));
        addStates(family, List.of(Labels.OTHER), chosen.rest());
        addStates(family, List.of(Labels.UNKNOWN), unknown);
        return family.done();
    }

    private static void addDescriptors(Map<String, Holdings.Descriptors> descriptors, List<MetricFamilySamples> made) {
        Family open = openDescriptors();
        Family limit = descriptorLimit();
        descriptors.forEach((name, each) -> {
            open.count(List.of(name), each.open());
            if (each.limit() < Long.MAX_VALUE) {
                limit.count(List.of(name), each.limit());
            }
        });
        made.add(open.done());
        made.add(limit.done());
    }

    private static Family portConnections() {
        return new Family(
                "tcpvigil_port_connections",
                Type.GAUGE,
                "TCP sockets of the ports that serve, by state, as of the last full sample.",
                "netns",
                "port",
                "service",
                "state");
    }

    private static Family acceptQueue() {
        return new Family(
                "tcpvigil_listener_accept_queue",
                Type.GAUGE,
                "Connections that wait to be accepted, of all listeners of the port together.",
                "netns",
                "port");
    }

    private static Family acceptQueueLimit() {
        return new Family(
                "tcpvigil_listener_accept_queue_limit",
                Type.GAUGE,
                "How many may wait to be accepted, of all listeners of the port together.",
                "netns",
                "port");
    }

    private static Family portsUsed() {
        return ofDestinations("ports_used", "Ephemeral ports held by connections to the destination.");
    }

    private static Family portsAvailable() {
        return ofDestinations("ports_available", "Ephemeral ports for the destination, used ones included.");
    }

    private static Family utilisation() {
        return ofDestinations(
                "utilisation_ratio", "Share of the ephemeral ports in use, of the fullest destination in the series.");
    }

    private static Family exhaustion() {
        return ofDestinations(
                "exhaustion_seconds",
                "Time until the first destination in the series has no ephemeral port left, where it tends to that.");
    }

    private static Family ofDestinations(String name, String help) {
        return new Family("tcpvigil_destination_" + name, Type.GAUGE, help, "netns", "source", "destination", "port");
    }

    private static Family processConnections() {
        return new Family(
                "tcpvigil_process_connections",
                Type.GAUGE,
                "TCP sockets by the name of the process that holds or held them, as of the last full sample.",
                "process",
                "state");
    }

    private static Family unitConnections() {
        return new Family(
                "tcpvigil_unit_connections",
                Type.GAUGE,
                "TCP sockets by systemd unit or container, as of the last full sample.",
                "unit",
                "state");
    }

    private static Family openDescriptors() {
        return new Family(
                "tcpvigil_process_open_descriptors",
                Type.GAUGE,
                "Open files of the process of that name that is nearest to its limit, of those with most sockets.",
                "process");
    }

    private static Family descriptorLimit() {
        return new Family(
                "tcpvigil_process_descriptor_limit",
                Type.GAUGE,
                "How many open files that process may have; absent when there is no limit.",
                "process");
    }

    private static Family seriesLimit() {
        return new Family(
                "tcpvigil_series_limit",
                Type.GAUGE,
                "How many ports, destinations, processes or units may have series of their own.",
                "family");
    }

    private static Family seriesFolded() {
        return new Family(
                "tcpvigil_series_folded", Type.GAUGE, "How many have none, and are added up as other.", "family");
    }
}
