// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.ports.PortOwners;
import io.tcpvigil.report.GroupedCounts;
import io.tcpvigil.report.OtherNamespaces;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A report as the JSON document {@value #SCHEMA}. Members are added, never renamed. What is not known is null: of a dump
 * that failed nothing was counted, so all counts are null and not zero.
 *
 * <pre>{@code
 * {"schema": "tcpvigil.snapshot/1", "taken_at": "2026-01-31T12:00:00.000Z",
 *  "host": {"name": "web-1", "kernel": "6.1.0-13-amd64"},
 *  "source": {"name": "netlink", "reason": null, "duration_seconds": 0.0042, "sockets": 21, "duplicates": 0,
 *             "coverage": "complete", "coverage_reason": null, "unknown_states": {}},
 *  "namespaces": [{"inode": 4026531840, "name": "current"}],
 *  "states": {"listen": 3, ...}, "bound": 0, "families": {"ipv4": {...}, "ipv6": {...}},
 *  "ports": [...], "ephemeral_ports": {...}, "destinations": [...]}
 * }</pre>
 */
public final class ReportJson {
    /** The name and version of the form. */
    public static final String SCHEMA = "tcpvigil.snapshot/1";

    private static final TcpState[] STATES = TcpState.values();

    private ReportJson() {}

    /**
     * Writes one document. The caller sets the indent and closes.
     *
     * @param sockets the rows, for a member of their own; null for none
     */
    public static void write(Report report, @Nullable SocketsJson sockets, JsonWriter json) throws IOException {
        boolean counted = report.coverage().extent() != Coverage.Extent.FAILED;
        json.beginObject();
        json.name("schema").value(SCHEMA);
        json.name("taken_at").value(Rfc3339.utc(report.takenAt()));
        json.name("host").beginObject();
        json.name("name").value(known(report.host().name()));
        json.name("kernel").value(known(report.host().kernel()));
        json.endObject();
        json.name("filter").value(report.filter().isEmpty() ? null : report.filter());
        writeSource(report, counted, json);
        writeProblems(report, json);
        writeNamespaces(report, json);
        json.name("states");
        if (counted) {
            states(json, report.states());
        } else {
            json.nullValue();
        }
        JsonValues.known(json, "bound", counted ? bound(report, report.states()) : SocketTable.UNKNOWN);
        json.name("families");
        if (counted) {
            json.beginObject();
            writeFamily(json, "ipv4", report, report.ipv4());
            writeFamily(json, "ipv6", report, report.ipv6());
            json.endObject();
        } else {
            json.nullValue();
        }
        PortsJson.write(report, counted, json);
        if (report.findings() != null) {
            writeFindings(counted ? report.findings() : null, json);
        }
        if (report.following() != null) {
            json.name("lifecycle");
            LifecycleJson.write(report.following(), json);
        }
        if (sockets != null) {
            json.name("sockets");
            if (counted) {
                sockets.write(json);
            } else {
                json.nullValue();
            }
        }
        json.endObject();
    }

    /** @param findings null when they are not known: they may be over */
    private static void writeFindings(@Nullable Findings findings, JsonWriter json) throws IOException {
        json.name("findings");
        if (findings == null) {
            json.nullValue();
            json.name("findings_unchecked").nullValue();
            return;
        }
        FindingsJson.write(findings.raised(), json);
        json.name("findings_unchecked");
        FindingsJson.writeUnchecked(findings, json);
    }

    private static @Nullable String known(String text) {
        return text.equals(Report.Host.UNKNOWN) ? null : text;
    }

    private static void writeProblems(Report report, JsonWriter json) throws IOException {
        json.name("problems").beginArray();
        for (String problem : report.problems()) {
            json.value(problem);
        }
        json.endArray();
    }

    private static void writeSource(Report report, boolean counted, JsonWriter json) throws IOException {
        Report.Source source = report.source();
        Coverage coverage = report.coverage();
        json.name("source").beginObject();
        json.name("name").value(source.name());
        json.name("reason").value(source.reason());
        JsonValues.decimal(json, "duration_seconds", source.durationNanos(), 9);
        JsonValues.known(json, "sockets", counted ? source.rows() : SocketTable.UNKNOWN);
        JsonValues.known(json, "duplicates", counted ? source.duplicates() : SocketTable.UNKNOWN);
        json.name("coverage").value(coverage.extent().name().toLowerCase(Locale.ROOT));
        json.name("coverage_reason").value(coverage.reason().isEmpty() ? null : coverage.reason());
        json.name("unknown_states");
        if (counted) {
            json.beginObject();
            for (Map.Entry<Integer, Integer> each : new TreeMap<>(report.unknownStates()).entrySet()) {
                json.name(each.getKey().toString()).value(each.getValue().longValue());
            }
            json.endObject();
        } else {
            json.nullValue();
        }
        json.endObject();
    }

    /** That of the report first; the others, where somebody looked, with their states. */
    private static void writeNamespaces(Report report, JsonWriter json) throws IOException {
        json.name("namespaces").beginArray().beginObject();
        JsonValues.known(json, "inode", report.host().networkNamespace());
        json.name("name").value("current");
        json.endObject();
        OtherNamespaces others = report.otherNamespaces();
        if (others != null) {
            for (OtherNamespaces.Counted each : others.counted()) {
                json.beginObject().name("inode").value(each.inode());
                json.name("name").value(each.label());
                json.name("source").value(each.source());
                json.name("states");
                StateCounts counts = each.ipv4().plus(each.ipv6());
                states(json, counts);
                JsonValues.known(json, "bound", each.showsBound() ? counts.bound() : SocketTable.UNKNOWN);
                json.endObject();
            }
        }
        json.endArray();
    }

    private static void writeFamily(JsonWriter json, String name, Report report, StateCounts counts)
            throws IOException {
        json.name(name).beginObject();
        stateMembers(json, counts);
        JsonValues.known(json, "bound", bound(report, counts));
        json.endObject();
    }

    private static long bound(Report report, StateCounts counts) {
        return report.source().showsBound() ? counts.bound() : SocketTable.UNKNOWN;
    }

    /** More members of a group, beside {@code key}, {@code states} and {@code bound}. */
    public interface GroupMembers {
        /** Writes members, name and value; none is fine. */
        void write(GroupedCounts.Group group, JsonWriter json) throws IOException;
    }

    /** What is told of ports besides the groups. */
    public enum PortDetail {
        NONE,
        UDP,
        POOLS
    }

    /** Writes the value of a member {@code owners}; null when they are not known. */
    public static void writeOwners(@Nullable List<PortOwners.Owner> owners, JsonWriter json) throws IOException {
        PortsJson.writeOwners(owners, json);
    }

    /** Writes sockets counted by one thing, schema {@code tcpvigil.groups/1}. The caller sets the indent and closes. */
    public static void writeGroups(
            Report report,
            String by,
            List<GroupedCounts.Group> groups,
            GroupMembers members,
            PortDetail detail,
            JsonWriter json)
            throws IOException {
        boolean counted = report.coverage().extent() != Coverage.Extent.FAILED;
        json.beginObject();
        json.name("schema").value("tcpvigil.groups/1");
        json.name("taken_at").value(Rfc3339.utc(report.takenAt()));
        writeSource(report, counted, json);
        writeProblems(report, json);
        json.name("by").value(by);
        json.name("groups");
        if (counted) {
            json.beginArray();
            for (GroupedCounts.Group group : groups) {
                json.beginObject();
                json.name("key").value(group.key());
                members.write(group, json);
                json.name("states");
                states(json, group.states());
                JsonValues.known(
                        json, "bound", group.showsBound() ? group.states().bound() : SocketTable.UNKNOWN);
                json.endObject();
            }
            json.endArray();
        } else {
            json.nullValue();
        }
        switch (detail) {
            case NONE -> {}
            case UDP -> PortsJson.writeUdp(report, json);
            case POOLS -> PortsJson.writePools(report.ports().pools(), json);
        }
        json.endObject();
    }

    /** Writes an object with the ten states that the kernel's tables can hold, in the order of a connection's life. */
    static void states(JsonWriter json, StateCounts counts) throws IOException {
        json.beginObject();
        stateMembers(json, counts);
        json.endObject();
    }

    private static void stateMembers(JsonWriter json, StateCounts counts) throws IOException {
        for (TcpState state : STATES) {
            if (state != TcpState.CLOSED) {
                json.name(state.label()).value(counts.of(state));
            }
        }
    }
}
