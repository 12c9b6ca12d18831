// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.Nullable;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.report.GroupedCounts;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.tcp.StateCounts;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Folds what a full sample says of ports, destinations, processes and units into a bounded number of series, and remembers which
 * had series of their own. Not thread-safe.
 */
final class Breakdown {
    /** So many destinations, the busiest, compete for a series; lighter ones are in the rest without further ado. */
    private static final int MOST_COMPETING = 10_000;

    private static final StateCounts NO_SOCKETS = new StateCounts.Tally().counts();

    private final MetricsSettings settings;
    private final TopSeries<PortName, StateCounts> ports = ofSockets();
    private final TopSeries<String, AcceptQueue> listeners =
            new TopSeries<>(AcceptQueue::fill, AcceptQueue::plus, AcceptQueue.NONE);
    private final TopSeries<DestinationKey, PortDemand> destinations =
            new TopSeries<>(PortDemand::used, PortDemand::plus, PortDemand.NONE);
    private final TopSeries<String, StateCounts> processes = ofSockets();
    private final TopSeries<String, StateCounts> units = ofSockets();

    /**
     * A local port or a group of them.
     *
     * @param port its number, or the name of the group
     * @param service what {@code /etc/services} calls the port; empty for none and for a group
     */
    record PortName(String port, String service) {
        static final PortName OTHER = new PortName(Labels.OTHER, "");
    }

    /**
     * The series of one sample.
     *
     * @param held what is known of those who hold the sockets; null when nobody looked
     */
    record Folded(
            TopSeries.Chosen<PortName, StateCounts> ports,
            TopSeries.Chosen<String, AcceptQueue> listeners,
            TopSeries.Chosen<DestinationKey, PortDemand> destinations,
            @Nullable Held held) {}

    /**
     * The series of those who hold sockets.
     *
     * @param noProcess sockets whose process is not known
     * @param noUnit sockets whose unit is not known
     * @param descriptors by the name of a process those of the one that is nearest to its limit
     */
    record Held(
            TopSeries.Chosen<String, StateCounts> processes,
            StateCounts noProcess,
            TopSeries.Chosen<String, StateCounts> units,
            StateCounts noUnit,
            Map<String, Holdings.Descriptors> descriptors) {}

    Breakdown(MetricsSettings settings) {
        this.settings = settings;
    }

    private static <K> TopSeries<K, StateCounts> ofSockets() {
        return new TopSeries<>(StateCounts::total, StateCounts::plus, NO_SOCKETS);
    }

    Folded fold(Report report) {
        long nanos = report.takenNanos();
        Map<PortName, StateCounts> byPort = new LinkedHashMap<>();
        Map<String, AcceptQueue> queues = new LinkedHashMap<>();
        for (PortUse use : report.ports().ports()) {
            PortName name = name(use.port(), report.services());
            byPort.merge(name, use.states(), StateCounts::plus);
            if (!use.listeners().isEmpty()) {
                queues.merge(name.port(), AcceptQueue.of(use), AcceptQueue::plus);
            }
        }
        Resources resources = report.resources();
        Holdings holdings = resources == null ? null : resources.holdings();
        return new Folded(
                ports.choose(byPort, settings.mostPorts(), nanos),
                listeners.choose(queues, settings.mostPorts(), nanos),
                destinations(
                        report.ports().destinations(),
                        resources == null ? Map.of() : resources.exhaustionSeconds(),
                        nanos),
                holdings == null ? null : held(holdings, nanos));
    }

    private PortName name(int port, Report.ServiceNames services) {
        for (PortGroup group : settings.portGroups()) {
            if (group.contains(port)) {
                return new PortName(group.name(), "");
            }
        }
        String service = services.tcp(port);
        return new PortName(Integer.toString(port), service == null ? "" : Labels.name(service));
    }

    /** @param uses busiest first */
    private TopSeries.Chosen<DestinationKey, PortDemand> destinations(
            List<DestinationUse> uses, Map<DestinationUse, Double> exhaustionSeconds, long nanos) {
        Map<DestinationKey, PortDemand> competing = new LinkedHashMap<>();
        int many = Math.min(MOST_COMPETING, uses.size());
        for (DestinationUse use : uses.subList(0, many)) {
            double seconds = exhaustionSeconds.isEmpty()
                    ? Double.POSITIVE_INFINITY
                    : exhaustionSeconds.getOrDefault(use, Double.POSITIVE_INFINITY);
            competing.merge(DestinationKey.of(use, settings), PortDemand.of(use, seconds), PortDemand::plus);
        }
        PortDemand light = PortDemand.NONE;
        for (DestinationUse use : uses.subList(many, uses.size())) {
            light = light.plus(PortDemand.of(use, Double.POSITIVE_INFINITY));
        }
        TopSeries.Chosen<DestinationKey, PortDemand> chosen =
                destinations.choose(competing, settings.mostDestinations(), nanos);
        return new TopSeries.Chosen<>(
                chosen.own(), chosen.rest().plus(light), chosen.folded() + uses.size() - many, chosen.most());
    }

    private Held held(Holdings holdings, long nanos) {
        Map<String, Holdings.Descriptors> descriptors = new LinkedHashMap<>();
        for (Holdings.Descriptors each : holdings.descriptors()) {
            descriptors.merge(
                    Labels.name(each.name()), each, (one, other) -> one.share() >= other.share() ? one : other);
        }
        return new Held(
                processes.choose(byName(holdings.processes()), settings.mostProcesses(), nanos),
                holdings.noProcess(),
                units.choose(byName(holdings.units()), settings.mostUnits(), nanos),
                holdings.noUnit(),
                descriptors);
    }

    private static Map<String, StateCounts> byName(List<GroupedCounts.Group> groups) {
        Map<String, StateCounts> counts = new HashMap<>();
        for (GroupedCounts.Group group : groups) {
            counts.merge(Labels.name(group.key()), group.states(), StateCounts::plus);
        }
        return counts;
    }
}
