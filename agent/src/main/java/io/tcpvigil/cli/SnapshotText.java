// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.ports.BindPool;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortClass;
import io.tcpvigil.ports.PortOwners;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.ports.UdpPort;
import io.tcpvigil.report.GroupedCounts;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints a report for people: header, states, serving ports, destinations. */
final class SnapshotText {
    private static final int OWNERS_SHOWN = 2;

    private final Terminal terminal;
    private final Report report;

    SnapshotText(Terminal terminal, Report report) {
        this.terminal = terminal;
        this.report = report;
    }

    /**
     * Which host and kernel, what was read from where and how long it took; then what is missing, if anything is, one
     * line each.
     */
    void header() {
        Report.Host host = report.host();
        StringBuilder line = new StringBuilder(TextTable.printable(host.name()))
                .append("  Linux ")
                .append(TextTable.printable(host.kernel()));
        if (host.networkNamespace() != Report.Host.UNKNOWN_NAMESPACE) {
            line.append("  netns ").append(host.networkNamespace());
        }
        line.append("  ").append(report.takenAt().truncatedTo(ChronoUnit.SECONDS));
        println(line.toString());
        Report.Source source = report.source();
        println("source " + source.name() + ", " + source.rows() + " sockets in " + millis(source.durationNanos()));
        if (source.reason() != null) {
            warn("degraded: " + source.reason());
        }
        if (!report.filter().isEmpty()) {
            println("only sockets that fit: " + TextTable.printable(report.filter()));
        }
        for (String problem : report.problems()) {
            warn(problem);
        }
        Coverage coverage = report.coverage();
        if (!coverage.isComplete()) {
            warn((coverage.extent() == Coverage.Extent.FAILED ? "nothing could be read: " : "not all could be read: ")
                    + coverage.reason());
        }
        if (source.duplicates() > 0) {
            println(source.duplicates()
                    + " sockets came twice, because others opened or closed meanwhile; counted once");
        }
        report.unknownStates()
                .forEach((number, rows) -> warn(rows + " sockets in state number " + number
                        + ", which this version does not know; not counted"));
    }

    /** The eleven states, each with its sockets by family. */
    void states() {
        TextTable table = new TextTable("STATE", ">IPV4", ">IPV6", ">TOTAL", "");
        StateCounts all = report.states();
        for (TcpState state : TcpState.values()) {
            if (state == TcpState.CLOSED) {
                table.row(state.displayName(), "-", "-", "-", "in no table of the kernel");
            } else {
                table.row(
                        state.displayName(),
                        Long.toString(report.ipv4().of(state)),
                        Long.toString(report.ipv6().of(state)),
                        Long.toString(all.of(state)),
                        "");
            }
        }
        boolean boundKnown = report.source().showsBound();
        table.row(
                "(bound)",
                boundKnown ? Long.toString(report.ipv4().bound()) : "?",
                boundKnown ? Long.toString(report.ipv6().bound()) : "?",
                boundKnown ? Long.toString(all.bound()) : "?",
                boundKnown ? "hold a port, are in no state" : "not told by this source or kernel");
        table.print(terminal);
    }

    /**
     * The ports that serve, each with its accept queue and states.
     *
     * @param owned whether to tell who listens
     */
    void ports(boolean owned) {
        PortBreakdown breakdown = report.ports();
        List<String> headings = new ArrayList<>(List.of(">PORT", "SERVICE", "CLASS", ">QUEUE", ">LIMIT", ">OPEN"));
        if (owned) {
            headings.add("OWNERS");
        }
        headings.add("STATES");
        TextTable table = new TextTable(headings.toArray(new String[0]));
        for (PortUse port : breakdown.ports()) {
            boolean listening = !port.listeners().isEmpty();
            List<String> cells = new ArrayList<>(List.of(
                    Integer.toString(port.port()),
                    service(port.port()),
                    PortClass.of(port.port()).label(),
                    listening ? orUnknown(port.acceptQueueLength()) : "-",
                    listening ? orUnknown(port.acceptQueueLimit()) : "-",
                    Long.toString(port.states().connections())));
            if (owned) {
                cells.add(owners(port.owners()));
            }
            cells.add(states(port.states()) + (listening ? "" : " (nobody listens any more)"));
            table.row(cells.toArray(new String[0]));
        }
        section("SERVING PORTS (QUEUE connections of at most LIMIT wait for accept)");
        printOrNone(table, "nobody listens");
    }

    /** Where connections go to, the busiest first. */
    void destinations(int most) {
        EphemeralRange range = report.range();
        if (range == null) {
            warn("destinations: not known without net.ipv4.ip_local_port_range");
            return;
        }
        TextTable table = new TextTable("DESTINATION", ">PORT", "SERVICE", "FROM", ">USED", ">SHARE", "STATES");
        List<DestinationUse> destinations = report.ports().destinations();
        int shown = Math.min(most, destinations.size());
        for (DestinationUse each : destinations.subList(0, shown)) {
            table.row(
                    each.destination().toString(),
                    Integer.toString(each.port()),
                    service(each.port()),
                    each.source().toString(),
                    Integer.toString(each.portsUsed()),
                    percent(each.utilisation()),
                    states(each.states()));
        }
        section("BUSIEST DESTINATIONS (USED of " + range.size() + " ephemeral ports, " + range.low() + " to "
                + range.high() + ")");
        printOrNone(table, "no outbound connections");
        if (shown < destinations.size()) {
            println("and " + (destinations.size() - shown) + " more, see --by destination");
        }
    }

    /**
     * Sockets counted by one thing.
     *
     * @param more what is told of a group besides, by its key
     * @param columns what that is
     * @param shown how many of the columns are printed
     */
    void groups(
            String heading, List<GroupedCounts.Group> groups, Map<String, String[]> more, String[] columns, int shown) {
        int first = 4;
        String[] headings = new String[first + shown + 1];
        headings[0] = (heading.equals("port") ? ">" : "") + heading.toUpperCase(Locale.ROOT);
        headings[1] = ">SOCKETS";
        headings[2] = ">LISTEN";
        headings[3] = ">BOUND";
        for (int i = 0; i < shown; i++) {
            headings[first + i] = columns[i].toUpperCase(Locale.ROOT).replace('_', ' ');
        }
        headings[first + shown] = "STATES";
        TextTable table = new TextTable(headings);
        for (GroupedCounts.Group group : groups) {
            StateCounts states = group.states();
            String[] cells = new String[headings.length];
            cells[0] = group.key();
            cells[1] = Long.toString(states.total() + states.bound());
            cells[2] = Long.toString(states.of(TcpState.LISTEN));
            cells[3] = group.showsBound() ? Long.toString(states.bound()) : "?";
            String[] told = more.get(group.key());
            for (int i = 0; i < shown; i++) {
                cells[first + i] = told == null ? "-" : told[i];
            }
            cells[first + shown] = states(states);
            table.row(cells);
        }
        printOrNone(table, "no sockets");
    }

    /** The ports of each address that programs bind to before they connect. */
    void pools() {
        List<BindPool> pools = report.ports().pools();
        if (pools != null && !pools.isEmpty()) {
            section("BOUND BEFORE CONNECT (USED ports are taken for every destination)");
            TextTable table = new TextTable("FROM", ">BOUND", ">USED", ">SHARE");
            for (BindPool pool : pools) {
                table.row(SnapshotGroups.cells(pool));
            }
            table.print(terminal);
        }
    }

    /** The UDP ports that serve. */
    void udp() {
        List<UdpPort> ports = report.ports().udp();
        if (ports != null && !ports.isEmpty()) {
            boolean allServe = ports.stream().allMatch(UdpPort::surelyServes);
            section(allServe ? "UDP" : "UDP (a PORT with ? may be a client's: this source does not tell)");
            TextTable table = new TextTable(">PORT", "SERVICE", ">QUEUE BYTES", "ADDRESS", "OWNERS");
            for (UdpPort port : ports) {
                table.row(SnapshotGroups.cells(port, report.services().udp(port.port())));
            }
            table.print(terminal);
        }
    }

    private void printOrNone(TextTable table, String none) {
        if (table.isEmpty()) {
            println(none);
        } else {
            table.print(terminal);
        }
    }

    private void section(String title) {
        println("");
        println(title);
    }

    private String service(int port) {
        @Nullable String name = report.services().tcp(port);
        return name == null ? "-" : name;
    }

    /** Such as {@code nginx/815, nginx/816, 6 more}; a question mark when they are not known, a dash when there is none. */
    static String owners(@Nullable List<PortOwners.Owner> owners) {
        if (owners == null) {
            return "?";
        }
        if (owners.isEmpty()) {
            return "-";
        }
        String first =
                owners.stream().limit(OWNERS_SHOWN).map(PortOwners.Owner::label).collect(Collectors.joining(", "));
        return owners.size() <= OWNERS_SHOWN ? first : first + ", " + (owners.size() - OWNERS_SHOWN) + " more";
    }

    /** The states that hold a connection, most first to be read: {@code ESTABLISHED 12, TIME-WAIT 4}. */
    static String states(StateCounts counts) {
        StringBuilder text = new StringBuilder();
        for (TcpState state : TcpState.values()) {
            if (state != TcpState.LISTEN && counts.of(state) > 0) {
                text.append(text.isEmpty() ? "" : ", ").append(state.displayName());
                text.append(' ').append(counts.of(state));
            }
        }
        return text.isEmpty() ? "-" : text.toString();
    }

    private static String orUnknown(long value) {
        return value == PortUse.UNKNOWN ? "?" : Long.toString(value);
    }

    /** A share of 1 with one decimal. */
    static String percent(double share) {
        long tenths = Math.round(share * 1000);
        return tenths / 10 + "." + tenths % 10 + "%";
    }

    private static String millis(long nanos) {
        long tenths = nanos / 100_000;
        return tenths / 10 + "." + tenths % 10 + " ms";
    }

    private void println(String line) {
        int width = terminal.width();
        terminal.out().println(line.length() > width ? line.substring(0, width - 2) + ".." : line);
    }

    /** A line that a user must not miss: wrapped, never cut. */
    void warn(String line) {
        String rest = TextTable.printable(line);
        while (rest.length() > terminal.width()) {
            int blank = rest.lastIndexOf(' ', terminal.width());
            int end = blank > 2 ? blank : terminal.width();
            terminal.out().println(terminal.warning(rest.substring(0, end)));
            rest = "  " + rest.substring(end).stripLeading();
        }
        terminal.out().println(terminal.warning(rest));
    }
}
