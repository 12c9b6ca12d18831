// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.agent.Sampler;
import io.tcpvigil.export.ReportJson;
import io.tcpvigil.export.SocketsJson;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.owners.ProcessSockets;
import io.tcpvigil.report.GroupedCounts;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.Span;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
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
        remote
    }

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Parameters(paramLabel = "FILTER", description = "Only sockets that fit, such as state=close_wait port=443.")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON (schema tcpvigil.snapshot/1).")
    private boolean json;

    @Option(names = "--sockets", description = "Print the sockets themselves, a line each.")
    private boolean sockets;

    @Option(
            names = {"-p", "--processes"},
            description = "Look up who holds each socket (with --sockets).")
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
        if (processes && !sockets) {
            throw new ParameterException(spec.commandLine(), "--processes goes with --sockets");
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
        try (Sampler sampler = Sampler.ofThread(source)) {
            if (interval == null) {
                return exitCode(look(sampler, query, null));
            }
            sampler.follow(TimeUnit.MILLISECONDS.toNanos(millis));
            return lookAgainAndAgain(sampler, query, millis);
        }
    }

    private long intervalMillis() {
        if (interval == null) {
            if (count != null) {
                throw new ParameterException(spec.commandLine(), "--count goes with --interval");
            }
            return 0;
        }
        long millis = Span.parseMillis(interval);
        if (millis < SHORTEST_INTERVAL_MILLIS || millis > LONGEST_INTERVAL_MILLIS) {
            throw new ParameterException(
                    spec.commandLine(), "--interval " + interval + ": " + Span.ALLOWED + ", from 10ms to 1d");
        }
        if (count != null && count < 1) {
            throw new ParameterException(spec.commandLine(), "--count " + count + ": 1 or more");
        }
        return millis;
    }

    private static int exitCode(Report last) {
        return last.coverage().extent() == Coverage.Extent.FAILED ? ExitCode.COULD_NOT_LOOK : ExitCode.OK;
    }

    /** Until the number of looks is reached, or nobody reads what is printed any more. */
    private int lookAgainAndAgain(Sampler sampler, SocketQuery query, long millis)
            throws IOException, InterruptedException {
        LifecycleReport last = null;
        int looks = 0;
        long due = System.nanoTime();
        while (true) {
            Report report = look(sampler, query, last);
            looks++;
            if ((count != null && looks == count) || terminal.out().checkError()) {
                return exitCode(report);
            }
            last = report.lifecycle();
            due = Math.max(due + TimeUnit.MILLISECONDS.toNanos(millis), System.nanoTime());
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
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
    private Report look(Sampler sampler, SocketQuery query, @Nullable LifecycleReport last) throws IOException {
        SocketFilter filter = query.filter();
        ProcessSockets holders = processes || filter.needsProcesses() ? ProcessSockets.scan(Path.of("/proc")) : null;
        Report report = sampler.sample(query, holders == null ? SocketFilter.NO_PROCESSES : holders);
        if (json) {
            printJson(report, sampler.table(), processes ? holders : null);
        } else {
            printText(report, filter, sampler.table(), holders);
            if (last != null && report.lifecycle() != null) {
                new ChangesText(terminal, last, report.lifecycle()).print();
            }
        }
        terminal.out().flush();
        return report;
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

    private void printJson(Report report, SocketTable table, @Nullable ProcessSockets holders) throws IOException {
        JsonWriter writer = new JsonWriter(new OutputStreamWriter(terminal.out(), StandardCharsets.UTF_8));
        if (interval == null) {
            writer.setIndent("  ");
        }
        if (by == null || by == Grouping.state) {
            ReportJson.write(report, sockets ? new SocketsJson(table, owners(holders)) : null, writer);
        } else {
            ReportJson.writeGroups(report, by.name(), groups(by, table), writer);
        }
        writer.flush();
        terminal.out().println();
    }

    /** Who holds a socket, in the terms of the JSON; null when nobody asked. */
    private static @Nullable LongFunction<List<SocketsJson.Owner>> owners(@Nullable ProcessSockets holders) {
        if (holders == null) {
            return null;
        }
        return inode -> {
            List<SocketsJson.Owner> owners = new ArrayList<>();
            for (ProcessSockets.Holder holder : holders.holders(inode)) {
                owners.add(new SocketsJson.Owner(holder.pid(), holder.name()));
            }
            return owners;
        };
    }

    private void printText(Report report, SocketFilter filter, SocketTable table, @Nullable ProcessSockets holders) {
        SnapshotText text = new SnapshotText(terminal, report);
        text.header();
        if (filter.asksForBound() && !report.source().showsBound()) {
            text.warn("bound sockets are not told by this source or kernel: there may be some");
        }
        if (filter.needsAge() && !report.source().name().equals("netlink")) {
            text.warn(
                    "how long a socket has been in CLOSE-WAIT or FIN-WAIT-2 is not told by this source: those fit no age");
        }
        if (holders != null && holders.unreadableProcesses() > 0) {
            text.warn("processes that do not show their sockets: " + holders.unreadableProcesses()
                    + "; that needs root, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH");
        }
        if (report.coverage().extent() == Coverage.Extent.FAILED) {
            return;
        }
        terminal.out().println();
        if (sockets) {
            SocketList.print(table, processes ? holders : null, terminal);
        } else if (by == null) {
            text.states();
            text.ports();
            text.destinations(DESTINATIONS_SHOWN);
        } else if (by == Grouping.state) {
            text.states();
        } else {
            text.groups(by.name(), groups(by, table));
        }
    }

    private static List<GroupedCounts.Group> groups(Grouping by, SocketTable table) {
        return switch (by) {
            case port -> GroupedCounts.byLocalPort(table);
            case remote -> GroupedCounts.byRemoteAddress(table);
            case state -> throw new IllegalArgumentException("the states have a table of their own");
        };
    }
}
