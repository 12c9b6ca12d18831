// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import io.tcpvigil.report.OtherNamespaces;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.text.PlainText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The last published report as metrics, made anew for each scrape; a scrape takes no sample.
 *
 * <pre>{@code
 * # TYPE tcpvigil_bound_sockets gauge
 * tcpvigil_bound_sockets{netns="4026531840",family="ipv4",} 0.0
 * # TYPE tcpvigil_build_info gauge
 * tcpvigil_build_info{version="0.1.0",java="17.0.15",} 1.0
 * # TYPE tcpvigil_connections gauge
 * tcpvigil_connections{netns="4026531840",family="ipv4",state="listen",} 3.0
 * tcpvigil_connections{netns="4026531840",family="ipv4",state="syn_sent",} 0.0
 * # TYPE tcpvigil_last_sample_duration_seconds gauge
 * tcpvigil_last_sample_duration_seconds 0.0042
 * # TYPE tcpvigil_sample_age_seconds gauge
 * tcpvigil_sample_age_seconds 0.5
 * # TYPE tcpvigil_sample_complete gauge
 * tcpvigil_sample_complete 1.0
 * # TYPE tcpvigil_source_errors_total counter
 * tcpvigil_source_errors_total 0.0
 * # TYPE tcpvigil_source_info gauge
 * tcpvigil_source_info{source="netlink",reason="",} 1.0
 * # TYPE tcpvigil_unknown_state_rows gauge
 * tcpvigil_unknown_state_rows{state="14",} 2.0
 * }</pre>
 *
 * <p>All ten states of both families are always there, zero included; but when there is no report yet, or its dump
 * failed, what it would have counted is absent: unknown is not zero.
 */
public final class ConnectionsCollector extends Collector implements Collector.Describable {
    /** Reasons are messages of the kernel or of this program; longer ones are cut, so that a label stays a label. */
    private static final int REASON_LIMIT = 200;

    private static final double NANOS = 1e9;

    private final Supplier<@Nullable Report> reports;
    private final LongSupplier sourceErrors;
    private final LongSupplier nanoClock;
    private final Build build;

    /** What is running: the version of tcpvigil and that of the Java under it. */
    public record Build(String version, String java) {}

    /**
     * @param reports gives the last published report; null before the first
     * @param sourceErrors gives how many dumps of the better source failed or were cut short since the start
     * @param nanoClock the monotonic clock that {@link Report#takenNanos} was read from
     */
    public ConnectionsCollector(
            Supplier<@Nullable Report> reports, LongSupplier sourceErrors, LongSupplier nanoClock, Build build) {
        this.reports = reports;
        this.sourceErrors = sourceErrors;
        this.nanoClock = nanoClock;
        this.build = build;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        List<MetricFamilySamples> families = new ArrayList<>();
        families.add(
                buildInfo().count(List.of(build.version(), build.java()), 1).done());
        families.add(sourceErrors().count(List.of(), sourceErrors.getAsLong()).done());
        Report report = reports.get();
        boolean complete = report != null && report.coverage().isComplete();
        families.add(sampleComplete().count(List.of(), complete ? 1 : 0).done());
        if (report != null) {
            addSample(report, families);
            if (report.coverage().extent() != Coverage.Extent.FAILED) {
                addCounts(report, families);
            }
        }
        return families;
    }

    /** The families without samples: tells the registry the names, takes nothing from the report. */
    @Override
    public List<MetricFamilySamples> describe() {
        return List.of(
                buildInfo().done(),
                sourceErrors().done(),
                sampleComplete().done(),
                sampleAge().done(),
                sampleDuration().done(),
                sourceInfo().done(),
                connections().done(),
                boundSockets().done(),
                namespaceInfo().done(),
                unknownStateRows().done());
    }

    private void addSample(Report report, List<MetricFamilySamples> families) {
        long age = Math.max(0, nanoClock.getAsLong() - report.takenNanos());
        families.add(sampleAge().with(List.of(), age / NANOS).done());
        Report.Source source = report.source();
        families.add(
                sampleDuration().with(List.of(), source.durationNanos() / NANOS).done());
        String reason = source.reason() == null ? "" : PlainText.oneLine(source.reason(), REASON_LIMIT);
        families.add(sourceInfo().count(List.of(source.name(), reason), 1).done());
    }

    private static void addCounts(Report report, List<MetricFamilySamples> families) {
        String netns = Labels.netns(report);
        Family connections = connections();
        addStates(connections, netns, "ipv4", report.ipv4());
        addStates(connections, netns, "ipv6", report.ipv6());
        Family bound = boundSockets();
        boolean boundKnown = report.source().showsBound();
        if (boundKnown) {
            addBound(bound, netns, report.ipv4(), report.ipv6());
        }
        Family info = namespaceInfo();
        OtherNamespaces others = report.otherNamespaces();
        for (OtherNamespaces.Counted each : others == null ? List.<OtherNamespaces.Counted>of() : others.counted()) {
            String number = Long.toString(each.inode());
            addStates(connections, number, "ipv4", each.ipv4());
            addStates(connections, number, "ipv6", each.ipv6());
            if (each.showsBound()) {
                addBound(bound, number, each.ipv4(), each.ipv6());
            }
            boundKnown |= each.showsBound();
            info.count(List.of(number, Labels.name(each.label()), each.source()), 1);
        }
        families.add(connections.done());
        families.add(info.done());
        if (boundKnown) {
            families.add(bound.done());
        }
        Family unknown = unknownStateRows();
        for (Map.Entry<Integer, Integer> each : new TreeMap<>(report.unknownStates()).entrySet()) {
            unknown.count(List.of(each.getKey().toString()), each.getValue());
        }
        families.add(unknown.done());
    }

    private static void addStates(Family family, String netns, String addressFamily, StateCounts counts) {
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.CLOSED) {
                family.count(List.of(netns, addressFamily, state.label()), counts.of(state));
            }
        }
    }

    private static Family connections() {
        return new Family(
                "tcpvigil_connections",
                Type.GAUGE,
                "TCP sockets by state in the last sample; what came and went between two samples is not in it.",
                "netns",
                "family",
                "state");
    }

    private static void addBound(Family family, String netns, StateCounts ipv4, StateCounts ipv6) {
        family.count(List.of(netns, "ipv4"), ipv4.bound()).count(List.of(netns, "ipv6"), ipv6.bound());
    }

    private static Family namespaceInfo() {
        return new Family(
                "tcpvigil_namespace",
                Type.INFO,
                "The other network namespaces of the machine, and how each was read.",
                "netns",
                "name",
                "source");
    }

    private static Family boundSockets() {
        return new Family(
                "tcpvigil_bound_sockets",
                Type.GAUGE,
                "TCP sockets that hold a port, and neither listen nor are connected.",
                "netns",
                "family");
    }

    private static Family unknownStateRows() {
        return new Family(
                "tcpvigil_unknown_state_rows",
                Type.GAUGE,
                "Sockets left out of the last sample because this version does not know the kernel's number of their state.",
                "state");
    }

    private static Family sampleAge() {
        return new Family("tcpvigil_sample_age_seconds", Type.GAUGE, "Time since the last sample was begun.");
    }

    private static Family sampleDuration() {
        return new Family(
                "tcpvigil_last_sample_duration_seconds", Type.GAUGE, "How long the dump of the last sample took.");
    }

    private static Family sampleComplete() {
        return new Family(
                "tcpvigil_sample_complete",
                Type.GAUGE,
                "Whether the last sample holds all sockets (1), or is partial, failed or not yet taken (0).");
    }

    private static Family sourceInfo() {
        return new Family(
                "tcpvigil_source",
                Type.INFO,
                "Where the last sample came from, and why not from a better source; no reason means the best.",
                "source",
                "reason");
    }

    private static Family sourceErrors() {
        return new Family(
                "tcpvigil_source_errors",
                Type.COUNTER,
                "Dumps of the better source that failed or were cut short since the start.");
    }

    private static Family buildInfo() {
        return new Family("tcpvigil_build", Type.INFO, "The version of tcpvigil and of its Java.", "version", "java");
    }
}
