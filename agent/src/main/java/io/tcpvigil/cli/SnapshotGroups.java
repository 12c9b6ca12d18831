// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.ReportJson;
import io.tcpvigil.export.ReportJson.PortDetail;
import io.tcpvigil.kernel.NamespaceSources;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.netns.NamespaceFinder;
import io.tcpvigil.kernel.netns.NetworkNamespace;
import io.tcpvigil.owners.CgroupTree;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.owners.OwnerProcess;
import io.tcpvigil.owners.ProcessDetails;
import io.tcpvigil.owners.ProcessInspector;
import io.tcpvigil.ports.BindPool;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.ports.UdpPort;
import io.tcpvigil.report.GroupedCounts;
import io.tcpvigil.report.GroupedCounts.Group;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What {@code snapshot --by} counts, and what is told of each group besides. Made for one look. */
final class SnapshotGroups {
    private static final String NOBODY = "(no process)";
    private static final String HIDDEN = "(not readable)";
    private static final String OWNERS = "owners";

    private final Report report;
    private final SocketTable table;
    private final SocketFilter filter;

    private String name = "";
    private List<Group> groups = List.of();
    /** What is told besides, in the order of the columns or members, by the key of the group. */
    private final Map<String, String[]> more = new HashMap<>();

    private String[] columns = {};
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, PortUse> uses = new HashMap<>();
    private PortDetail detail = PortDetail.NONE;

    SnapshotGroups(Report report, SocketTable table, SocketFilter filter) {
        this.report = report;
        this.table = table;
        this.filter = filter;
    }

    void byPort() {
        name = "port";
        columns = new String[] {"service", OWNERS};
        detail = PortDetail.UDP;
        groups = ofReport(GroupedCounts.byLocalPort(table));
        for (PortUse use : report.ports().ports()) {
            String key = Integer.toString(use.port());
            uses.put(key, use);
            more.put(key, new String[] {orDash(report.services().tcp(use.port())), SnapshotText.owners(use.owners())});
        }
    }

    /** Of a source that does not tell of bound sockets, their number in each group is not known. */
    private List<Group> ofReport(List<Group> counted) {
        return counted.stream()
                .map(each ->
                        new Group(each.key(), each.states(), report.source().showsBound()))
                .toList();
    }

    private static String orDash(@Nullable String text) {
        return text == null ? "-" : text;
    }

    void byRemote() {
        name = "remote";
        groups = ofReport(GroupedCounts.byRemoteAddress(table));
    }

    void byDestination() {
        name = "destination";
        columns = new String[] {"ports_used", "ports_available", "ports_reusable"};
        detail = PortDetail.POOLS;
        List<Group> found = new ArrayList<>();
        for (DestinationUse use : report.ports().destinations()) {
            String key = use.source() + " > " + new Endpoint(use.destination(), use.port());
            found.add(new Group(key, use.states(), report.source().showsBound()));
            more.put(key, new String[] {
                Integer.toString(use.portsUsed()),
                Integer.toString(use.portsAvailable()),
                use.portsReusable() == DestinationUse.UNKNOWN ? "?" : Integer.toString(use.portsReusable())
            });
        }
        groups = found;
    }

    void byProcess(OwnerMap owners) {
        name = "process";
        columns = new String[] {"user", "unit", "open_files", "open_files_limit", "command_line"};
        Map<String, OwnerProcess> processes = new HashMap<>();
        groups = ofReport(GroupedCounts.by(table, row -> {
            List<OwnerProcess> found = owners.processes(table, row);
            List<String> keys = new ArrayList<>(Math.max(1, found.size()));
            for (OwnerProcess process : found) {
                String key = process.name() + "/" + process.pid();
                processes.putIfAbsent(key, process);
                keys.add(key);
            }
            return keys.isEmpty() ? List.of(table.inode(row) == 0 ? NOBODY : HIDDEN) : keys;
        }));
        ProcessInspector inspector = new ProcessInspector();
        processes.forEach((key, process) -> more.put(
                key, inspector.details(process).map(SnapshotGroups::describe).orElseGet(() ->
                        new String[] {"?", process.placement().label(), "?", "?", "(has ended)"})));
    }

    private static String[] describe(ProcessDetails details) {
        String uid = details.uid() == ProcessDetails.UNKNOWN ? "?" : Long.toString(details.uid());
        return new String[] {
            Objects.requireNonNullElse(details.user(), uid),
            details.process().placement().label(),
            details.openFiles() == ProcessDetails.UNKNOWN ? "?" : Long.toString(details.openFiles()),
            details.softOpenFileLimit() == ProcessDetails.UNKNOWN ? "?" : Long.toString(details.softOpenFileLimit()),
            details.commandLine()
        };
    }

    /** A socket belongs where its process is now; where no process is known, where it was made (the cgroup attribute). */
    void byUnit(OwnerMap owners) {
        name = "unit";
        CgroupTree tree = CgroupTree.usual();
        groups = ofReport(GroupedCounts.by(table, row -> {
            List<String> keys = new ArrayList<>(1);
            for (OwnerProcess process : owners.processes(table, row)) {
                String label = process.placement().label();
                if (!keys.contains(label)) {
                    keys.add(label);
                }
            }
            if (keys.isEmpty()) {
                String made = tree.placement(table.cgroup(row)).label();
                keys.add(made.equals("?") ? table.inode(row) == 0 ? NOBODY : HIDDEN : made);
            }
            return keys;
        }));
    }

    void byNamespace(SocketFilter.ProcessLookup processes) {
        name = "netns";
        columns = new String[] {"inode", "pid", "source", "reason"};
        List<Group> found = new ArrayList<>();
        try (NamespaceSources sources = new NamespaceSources()) {
            NamespaceFinder.Found namespaces = NamespaceFinder.usual().find();
            if (namespaces.gap() != null) {
                warnings.add(namespaces.gap());
            }
            SocketTable sockets = new SocketTable();
            for (NetworkNamespace namespace : namespaces.namespaces()) {
                NamespaceSources.Used used = sources.dump(namespace, SocketQuery.of(filter), sockets);
                if (sockets.coverage().extent() == Coverage.Extent.FAILED) {
                    warnings.add(namespace.label() + ": " + sockets.coverage().reason());
                    continue;
                }
                sockets.retain(filter, processes);
                StateCounts.Tally tally = new StateCounts.Tally();
                for (int row = 0; row < sockets.rows(); row++) {
                    tally.add(sockets.state(row), sockets.kind(row));
                }
                found.add(new Group(namespace.label(), tally.counts(), used.showsBound()));
                more.put(namespace.label(), new String[] {
                    Long.toString(namespace.inode()),
                    namespace.pid() == NetworkNamespace.NO_PROCESS ? "-" : Integer.toString(namespace.pid()),
                    used.source(),
                    used.reason() == null ? "" : used.reason()
                });
            }
        } catch (IOException failure) {
            warnings.add("network namespaces: " + failure.getMessage());
        }
        groups = found;
    }

    void print(SnapshotText text) {
        for (String warning : warnings) {
            text.warn(warning);
        }
        if (detail == PortDetail.POOLS) {
            text.destinations(Integer.MAX_VALUE);
            text.pools();
            return;
        }
        // What may be long and secret is for JSON, which a person asks for by name.
        text.groups(name, groups, more, columns, name.equals("process") ? 4 : columns.length);
        if (detail == PortDetail.UDP) {
            text.udp();
        }
    }

    void writeJson(JsonWriter json) throws IOException {
        ReportJson.writeGroups(
                report.withProblems(warnings),
                name,
                groups,
                (group, writer) -> {
                    String[] values = more.get(group.key());
                    for (int i = 0; i < columns.length; i++) {
                        writer.name(columns[i]);
                        PortUse use = uses.get(group.key());
                        if (columns[i].equals(OWNERS)) {
                            // The text is cut for people.
                            ReportJson.writeOwners(use == null ? null : use.owners(), writer);
                        } else {
                            writeValue(values == null ? "" : values[i], writer);
                        }
                    }
                },
                detail,
                json);
    }

    private static void writeValue(String value, JsonWriter json) throws IOException {
        boolean number = !value.isEmpty() && value.length() < 19;
        for (int i = 0; i < value.length() && number; i++) {
            number = value.charAt(i) >= '0' && value.charAt(i) <= '9';
        }
        if (number) {
            json.value(Long.parseLong(value));
        } else if (value.isEmpty() || value.equals("?") || value.equals("-")) {
            json.nullValue();
        } else {
            json.value(value);
        }
    }

    /** For the pools: their ports by address. */
    static String[] cells(BindPool pool) {
        return new String[] {
            pool.source().isAny() ? "*" : pool.source().toString(),
            Integer.toString(pool.bound()),
            Integer.toString(pool.portsUsed()),
            SnapshotText.percent(pool.utilisation())
        };
    }

    /** For UDP: port, service, queue, where, whose. */
    static String[] cells(UdpPort port, @Nullable String service) {
        StringBuilder where = new StringBuilder();
        port.locals()
                .forEach(local -> where.append(where.isEmpty() ? "" : ", ")
                        .append(local.address().isAny() ? "*" : local.address().toString()));
        return new String[] {
            port.port() + (port.surelyServes() ? "" : "?"),
            orDash(service),
            port.receiveQueueBytes() < 0 ? "?" : Long.toString(port.receiveQueueBytes()),
            where.toString(),
            SnapshotText.owners(port.owners())
        };
    }
}
