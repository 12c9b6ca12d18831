// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.agent.Intervals;
import io.tcpvigil.agent.PortHolders;
import io.tcpvigil.agent.Sampler;
import io.tcpvigil.export.ReportJson;
import io.tcpvigil.export.SocketsJson;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.owners.OwnerProcess;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tcpvigil snapshot}: one look. */
@Command(
        name = "snapshot",
        description = "One look: where every TCP connection stands, who listens, where connections go.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footerHeading = "%nFilters, joined by blanks (all must hold); != turns one round, a comma means or:%n",
        footer = {
            "  state=STATE      TIME-WAIT, time_wait, timewait or 6; also bound",
            "  port=N           local or remote port; lport=, rport= for one side; N or N-M",
            "  peer=ADDRESS     remote address or network (10.0.0.0/8); local= for the other side",
            "  process=NAME     name or pid of a process that holds the socket",
            "  uid=N            user id of the owner",
            "  family=4         socket family, 4 or 6",
            "  age>60s          at least so long in its state, as far as one look can tell",
            "",
            "Exit code: 0 fine, 3 nothing could be read, 64 wrong usage."
        })
final class SnapshotCommand implements Callable<Integer> {
    private static final int DESTINATIONS_SHOWN = 10;
    private static final long SHORTEST_INTERVAL_MILLIS = 10;
    private static final long LONGEST_INTERVAL_MILLIS = 86_400_000;

    /** What sockets are counted by. */
    enum Grouping {
        state,
        port,
        remote,
        destination,
        process,
        unit,
        netns
    }

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Parameters(paramLabel = "FILTER", description = "Only sockets that fit, such as state=close_wait port=443.")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON (schema tcpvigil.snapshot/1).")
    private boolean json;

    @Option(
            names = "--sockets",
            description = "Print the sockets themselves, a line each; with --interval also the age of each connection."
                    + " A time after > is a lower bound: the beginning was not seen.")
    private boolean sockets;

    @Option(
            names = {"-p", "--processes"},
            description = "Look up who listens on each port, and with --sockets who holds each socket.")
    private boolean processes;

    @Option(names = "--by", paramLabel = "GROUP", description = "Count by one thing only: ${COMPLETION-CANDIDATES}.")
    private @Nullable Grouping by;

    @Option(
            names = "--interval",
            paramLabel = "SPAN",
            description =
                    "Look again and again, so long apart (500ms, 5s, 1m), and tell what happened between the looks.")
    private @Nullable String interval;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "How many looks; with --interval. Without: until stopped.")
    private @Nullable Integer count;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Read from: ${COMPLETION-CANDIDATES}; auto takes proc when netlink fails.")
    private Sampler.SourceWish source = Sampler.SourceWish.auto;

    private @Nullable OwnerMap owners;

    SnapshotCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        SocketFilter filter;
        try {
            filter = SocketFilter.parse(filters);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
        if (by != null && sockets) {
            throw new ParameterException(spec.commandLine(), "--by counts, --sockets lists: one of them");
        }
        SocketQuery query = SocketQuery.of(filter);
        if (sockets) {
            // Ages come with it.
            query = query.withTcpInfo(true);
        }
        long millis = intervalMillis();
        if (interval == null) {
            try (Sampler sampler = survey(Sampler.ofThread(source))) {
                return exitCode(look(sampler, query, null));
            }
        }
        Intervals intervals = Intervals.every(TimeUnit.MILLISECONDS.toNanos(millis));
        try (Sampler sampler = survey(Sampler.followerOfThread(source, intervals, true, true))) {
            return lookAgainAndAgain(sampler, query);
        }
    }

    private Sampler survey(Sampler sampler) {
        if (by == Grouping.destination) {
            sampler.surveyPools();
        }
        return sampler;
    }

    private long intervalMillis() {
        if (interval == null) {
            if (count != null) {
                throw new ParameterException(spec.commandLine(), "--count goes with --interval");
            }
            return 0;
        }
        long millis =
                SpanOption.millis(spec, "--interval", interval, SHORTEST_INTERVAL_MILLIS, LONGEST_INTERVAL_MILLIS);
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": 1 or more");
        }
        return millis;
    }

    private static int exitCode(Report last) {
        return last.coverage().extent() == Coverage.Extent.FAILED ? ExitCode.COULD_NOT_LOOK : ExitCode.OK;
    }

    /** Until the number of looks is reached, or nobody reads what is printed any more. */
    private int lookAgainAndAgain(Sampler sampler, SocketQuery query) throws IOException, InterruptedException {
        Following last = null;
        int looks = 0;
        while (true) {
            Report report = look(sampler, query, last);
            looks++;
            if ((count != null && looks == count) || terminal.out().checkError()) {
                return exitCode(report);
            }
            last = report.following();
            sampler.awaitDue(() -> false);
            if (!json) {
                terminal.out().println();
            }
        }
    }

    /**
     * Takes one sample and prints it.
     *
     * @param last what was known of connections after the look before; null when this is the first
     */
    private Report look(Sampler sampler, SocketQuery query, @Nullable Following last) throws IOException {
        SocketFilter filter = query.filter();
        OwnerMap holders = needsOwners(filter) ? owners() : null;
        if (holders != null) {
            holders.readAll();
            sampler.nameOwners(new PortHolders(holders));
        }
        Report report = sampler.sample(query, holders == null ? SocketFilter.NO_PROCESSES : holders);
        if (holders != null) {
            holders.look(
                    sampler.table(),
                    filter == SocketFilter.ALL && report.coverage().isComplete(),
                    0,
                    0);
        }
        report = report.withProblems(notices(report, filter, holders));
        if (json) {
            printJson(report, filter, sampler.table(), sampler.connections(), holders);
        } else {
            printText(report, filter, sampler.table(), sampler.connections(), holders);
            if (last != null && report.following() != null) {
                new ChangesText(terminal, last, report.following()).print();
            }
        }
        terminal.out().flush();
        return report;
    }

    /** What this look cannot tell of what was asked for, one line each. */
    private static List<String> notices(Report report, SocketFilter filter, @Nullable OwnerMap holders) {
        List<String> notices = new ArrayList<>();
        if (filter.asksForBound() && !report.source().showsBound()) {
            notices.add("bound sockets are not told by this source or kernel: there may be some");
        }
        if (filter.needsAge() && !report.source().name().equals("netlink")) {
            notices.add(
                    "how long a socket has been in CLOSE-WAIT or FIN-WAIT-2 is not told by this source: those fit no age");
        }
        String notice = holders == null ? null : holders.notice();
        if (notice != null) {
            notices.add(notice);
        }
        return notices;
    }

    private boolean needsOwners(SocketFilter filter) {
        return processes
                || filter.needsProcesses()
                || by == Grouping.process
                || by == Grouping.port
                || by == Grouping.unit;
    }

    /** The owners, kept from look to look: a connection that is closed meanwhile keeps its own. */
    private OwnerMap owners() {
        OwnerMap known = owners;
        if (known == null) {
            known = new OwnerMap(Path.of("/proc"), System::nanoTime);
            owners = known;
        }
        return known;
    }

    /** How many sockets are in each state now; empty when they cannot be read. */
    static Map<TcpState, Long> liveCounts() {
        try (Sampler sampler = Sampler.ofThread(Sampler.SourceWish.auto)) {
            Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
            Map<TcpState, Long> counts = new EnumMap<>(TcpState.class);
            for (TcpState state : TcpState.values()) {
                // No table of the kernel holds CLOSED ones, so their number is not known.
                if (report.coverage().isComplete() && state != TcpState.CLOSED) {
                    counts.put(state, report.states().of(state));
                }
            }
            return counts;
        }
    }

    private void printJson(
            Report report,
            SocketFilter filter,
            SocketTable table,
            @Nullable TrackedConnections connections,
            @Nullable OwnerMap holders)
            throws IOException {
        JsonWriter writer = new JsonWriter(new OutputStreamWriter(terminal.out(), StandardCharsets.UTF_8));
        if (interval == null) {
            writer.setIndent("  ");
        }
        if (by == null || by == Grouping.state) {
            ReportJson.write(
                    report,
                    sockets ? new SocketsJson(table, ownersJson(table, processes ? holders : null), connections) : null,
                    writer);
        } else {
            groups(by, report, filter, table, holders).writeJson(writer);
        }
        writer.flush();
        terminal.out().println();
    }

    /** Who owns a socket, in the terms of the JSON; null when nobody asked. */
    private static @Nullable IntFunction<SocketsJson.Owners> ownersJson(SocketTable table, @Nullable OwnerMap holders) {
        if (holders == null) {
            return null;
        }
        return row -> {
            List<SocketsJson.Owner> owners = new ArrayList<>();
            for (OwnerProcess process : holders.processes(table, row)) {
                owners.add(new SocketsJson.Owner(process.pid(), process.name()));
            }
            return new SocketsJson.Owners(owners, holders.evidence(table, row).label());
        };
    }

    private void printText(
            Report report,
            SocketFilter filter,
            SocketTable table,
            @Nullable TrackedConnections connections,
            @Nullable OwnerMap holders) {
        SnapshotText text = new SnapshotText(terminal, report);
        text.header();
        if (report.coverage().extent() == Coverage.Extent.FAILED) {
            return;
        }
        terminal.out().println();
        if (sockets) {
            new SocketList(table, processes ? holders : null, connections).print(terminal);
        } else if (by == null) {
            text.states();
            text.ports(processes || filter.needsProcesses());
            text.destinations(DESTINATIONS_SHOWN);
        } else if (by == Grouping.state) {
            text.states();
        } else {
            groups(by, report, filter, table, holders).print(text);
        }
    }

    private SnapshotGroups groups(
            Grouping grouping, Report report, SocketFilter filter, SocketTable table, @Nullable OwnerMap holders) {
        SnapshotGroups groups = new SnapshotGroups(report, table, filter);
        switch (grouping) {
            case port -> groups.byPort();
            case remote -> groups.byRemote();
            case destination -> groups.byDestination();
            case process -> groups.byProcess(Objects.requireNonNull(holders));
            case unit -> groups.byUnit(Objects.requireNonNull(holders));
            case netns -> groups.byNamespace(holders == null ? SocketFilter.NO_PROCESSES : holders);
            case state -> throw new IllegalArgumentException("the states have a table of their own");
        }
        return groups;
    }
}
