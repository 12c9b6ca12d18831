// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.DurationHistogram;
import io.tcpvigil.lifecycle.Durations;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.TransitionCounts;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What became of connections, of the last published report, made anew for each scrape.
 *
 * <pre>{@code
 * # TYPE tcpvigil_transitions_total counter
 * tcpvigil_transitions_total{from="established",to="fin_wait_1",evidence="exact",} 17.0
 * # TYPE tcpvigil_state_duration_seconds histogram
 * tcpvigil_state_duration_seconds_bucket{state="close_wait",le="0.001",} 4.0
 * # TYPE tcpvigil_connections_closed_total counter
 * tcpvigil_connections_closed_total{direction="inbound",ended_by="peer",} 12.0
 * # TYPE tcpvigil_lifecycle_coverage_ratio gauge
 * tcpvigil_lifecycle_coverage_ratio{event="opened_inbound",} 1.0
 * }</pre>
 *
 * <p>Counters go on through failed samples and changes of source. Each legal step is always there under each evidence, zero
 * included; other pairs of states only when they were counted, as what is ambiguous or vanished may be.
 */
public final class LifecycleCollector extends Collector implements Collector.Describable {
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final double[] BOUNDS = new double[DurationHistogram.BUCKETS];

    static {
        for (int i = 0; i < BOUNDS.length; i++) {
            BOUNDS[i] = DurationHistogram.boundSeconds(i);
        }
    }

    private final Supplier<@Nullable Report> reports;

    /**
     * @param reports gives the last published report; null before the first
     */
    public LifecycleCollector(Supplier<@Nullable Report> reports) {
        this.reports = reports;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        Report report = reports.get();
        Following following = report == null ? null : report.following();
        return report == null || following == null ? describe() : collect(following, report.resources());
    }

    /** The families without samples: tells the registry the names, takes nothing from the report. */
    @Override
    public List<MetricFamilySamples> describe() {
        return List.of(
                transitions().done(),
                stateDurations().done(),
                stateOldest().done(),
                opened().done(),
                closed().done(),
                connectionDurations().done(),
                coverage().done(),
                seen().done(),
                counted().done(),
                anomalies().done(),
                kernelEvents().done(),
                kernelSockets().done(),
                eventSourceUp().done(),
                eventsLost().done(),
                connectsWithoutPort().done(),
                interval().done());
    }

    private static List<MetricFamilySamples> collect(Following following, @Nullable Resources resources) {
        LifecycleReport lifecycle = following.lifecycle();
        List<MetricFamilySamples> families = new ArrayList<>();
        families.add(transitions(following.transitions()).done());
        Family durations = stateDurations();
        Family oldest = stateOldest();
        for (TcpState state : TcpState.values()) {
            if (state == TcpState.LISTEN || state == TcpState.CLOSED) {
                continue;
            }
            add(durations, List.of(state.label()), lifecycle.stateDurations(state));
            Age age = lifecycle.oldest(state);
            if (lifecycle.isOldestKnown(state)) {
                // Nobody is in the state: nobody has been in it for long.
                oldest.with(List.of(state.label()), age == null ? 0 : age.millis() / MILLIS);
            }
        }
        families.add(durations.done());
        families.add(oldest.done());
        addConnections(lifecycle, families);
        addCoverage(following, families);
        families.add(anomalies().count(List.of(), lifecycle.anomalyCount()).done());
        addKernel(following, families);
        addSources(following, resources, families);
        return families;
    }

    private static Family transitions(TransitionCounts counts) {
        Family family = transitions();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                for (Evidence evidence : Evidence.values()) {
                    long count = counts.of(from, to, evidence);
                    if (count > 0 || StateMachine.isLegal(from, to)) {
                        family.count(List.of(from.label(), to.label(), evidence.label()), count);
                    }
                }
            }
        }
        return family;
    }

    /** Those whose beginning was not seen are in no bucket: they were at least so long, which a histogram cannot say. */
    private static void add(Family family, List<String> labels, Durations durations) {
        DurationHistogram exact = durations.exact();
        long[] buckets = new long[BOUNDS.length];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = exact.inBucket(i);
        }
        family.histogram(labels, BOUNDS, buckets, exact.sumSeconds());
    }

    private static void addConnections(LifecycleReport lifecycle, List<MetricFamilySamples> families) {
        Family opened = opened();
        Family closed = closed();
        Family durations = connectionDurations();
        for (Direction direction : Direction.values()) {
            opened.count(List.of(direction.label()), lifecycle.connections().opened(direction));
            for (EndedBy endedBy : EndedBy.values()) {
                List<String> labels = List.of(direction.label(), endedBy.label());
                closed.count(labels, lifecycle.connections().closed(direction, endedBy));
                add(durations, labels, lifecycle.connectionDurations(direction, endedBy));
            }
        }
        families.add(opened.done());
        families.add(closed.done());
        families.add(durations.done());
    }

    private static void addCoverage(Following following, List<MetricFamilySamples> families) {
        Family ratio = coverage();
        for (Map.Entry<CoverageEvent, EventCoverage> each :
                following.recentCoverage().entrySet()) {
            // Nothing counted and nothing seen is nothing missed.
            if (each.getValue().ratio().isPresent() || each.getValue().seen() == 0) {
                ratio.with(
                        List.of(each.getKey().label()), each.getValue().ratio().orElse(1));
            }
        }
        Family seen = seen();
        Family counted = counted();
        for (Map.Entry<CoverageEvent, EventCoverage> each : following.coverage().entrySet()) {
            List<String> labels = List.of(each.getKey().label());
            seen.count(labels, each.getValue().seen());
            counted.count(labels, each.getValue().counted());
        }
        families.add(ratio.done());
        families.add(seen.done());
        families.add(counted.done());
    }

    private static void addKernel(Following following, List<MetricFamilySamples> families) {
        Family events = kernelEvents();
        for (KernelEvent event : KernelEvent.values()) {
            OptionalLong count = following.kernelEvents().get(event);
            if (count.isPresent()) {
                events.count(List.of(event.label()), count.getAsLong());
            }
        }
        families.add(events.done());
        SocketUsage usage = following.usage();
        Family sockets = kernelSockets();
        add(sockets, "in_use_ipv4", "namespace", usage.inUse());
        add(sockets, "in_use_ipv6", "namespace", usage.inUseIpv6());
        add(sockets, "time_wait", "namespace", usage.timeWait());
        add(sockets, "orphan", "host", usage.orphans());
        add(sockets, "allocated", "host", usage.allocated());
        families.add(sockets.done());
    }

    private static void add(Family family, String kind, String scope, OptionalLong count) {
        if (count.isPresent()) {
            family.count(List.of(kind, scope), count.getAsLong());
        }
    }

    private static void addSources(
            Following following, @Nullable Resources resources, List<MetricFamilySamples> families) {
        boolean hears = following.destroyEvents().problem() == null;
        boolean probes = following.probe().problem() == null;
        Family up =
                eventSourceUp().count(List.of("destroy_events"), hears ? 1 : 0).count(List.of("probe"), probes ? 1 : 0);
        Holdings holdings = resources == null ? null : resources.holdings();
        if (holdings != null) {
            up.count(List.of("owners"), holdings.hidden() ? 0 : 1);
        }
        families.add(up.done());
        Family lost = eventsLost()
                .count(List.of("destroy_events"), following.destroyEvents().lost());
        if (probes && following.probe().transitionsMissed() >= 0) {
            lost.count(List.of("probe"), following.probe().transitionsMissed());
        }
        families.add(lost.done());
        Family withoutPort = connectsWithoutPort();
        following.probe().ownConnectsWithoutPort().ifPresent(count -> withoutPort.count(List.of(), count));
        families.add(withoutPort.done());
        families.add(interval()
                .with(List.of(Tier.FAST.label()), following.pace().fastNanos() / NANOS)
                .with(List.of(Tier.FULL.label()), following.pace().fullNanos() / NANOS)
                .done());
    }

    private static Family transitions() {
        return new Family(
                "tcpvigil_transitions",
                Type.COUNTER,
                "Steps that connections made from state to state, each under the best evidence there is for it.",
                "from",
                "to",
                "evidence");
    }

    private static Family stateDurations() {
        return new Family(
                "tcpvigil_state_duration_seconds",
                Type.HISTOGRAM,
                "Time that connections stayed in a state which they have left, where its beginning was seen.",
                "state");
    }

    private static Family stateOldest() {
        return new Family(
                "tcpvigil_state_oldest_seconds",
                Type.GAUGE,
                "How long the connection has been in a state that has been in it for longest, at least.",
                "state");
    }

    private static Family opened() {
        return new Family(
                "tcpvigil_connections_opened", Type.COUNTER, "Connections and attempts that began.", "direction");
    }

    private static Family closed() {
        return new Family(
                "tcpvigil_connections_closed",
                Type.COUNTER,
                "Connections and attempts that are gone, TIME-WAIT included.",
                "direction",
                "ended_by");
    }

    private static Family connectionDurations() {
        return new Family(
                "tcpvigil_connection_duration_seconds",
                Type.HISTOGRAM,
                "Life of connections that are gone, where its beginning was seen.",
                "direction",
                "ended_by");
    }

    private static Family coverage() {
        return new Family(
                "tcpvigil_lifecycle_coverage_ratio",
                Type.GAUGE,
                "Events seen of those that the kernel counted between the last two full samples; 1 is all.",
                "event");
    }

    private static Family seen() {
        return new Family(
                "tcpvigil_lifecycle_events_seen",
                Type.COUNTER,
                "Events seen, in the kernel's way of counting.",
                "event");
    }

    private static Family counted() {
        return new Family(
                "tcpvigil_lifecycle_events_counted",
                Type.COUNTER,
                "Events that the kernel counted in the same time.",
                "event");
    }

    private static Family anomalies() {
        return new Family(
                "tcpvigil_anomalies",
                Type.COUNTER,
                "Jumps of a connection between states with no legal way between them.");
    }

    private static Family kernelEvents() {
        return new Family(
                "tcpvigil_kernel_events",
                Type.COUNTER,
                "The kernel's own counters of the network namespace (snmp Tcp, netstat TcpExt).",
                "event");
    }

    private static Family kernelSockets() {
        return new Family(
                "tcpvigil_kernel_sockets",
                Type.GAUGE,
                "The kernel's own count of TCP sockets (sockstat), of the namespace or of the whole host.",
                "kind",
                "scope");
    }

    private static Family eventSourceUp() {
        return new Family(
                "tcpvigil_event_source_up",
                Type.GAUGE,
                "Whether a source beside the dumps works (1), or is missing or does not show all (0).",
                "source");
    }

    private static Family eventsLost() {
        return new Family(
                "tcpvigil_events_lost", Type.COUNTER, "Events that a source is known to have lost.", "source");
    }

    private static Family connectsWithoutPort() {
        return new Family(
                "tcpvigil_connects_without_port",
                Type.COUNTER,
                "Connects that found no free local port, which only the probe sees.");
    }

    private static Family interval() {
        return new Family(
                "tcpvigil_interval_seconds",
                Type.GAUGE,
                "From one sample to the next at present, by tier; longer than asked for when over the budget.",
                "tier");
    }
}
