// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.Nullable;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/** Tables and reports made by hand. */
public final class Samples {
    /** When each report here was begun, on a clock that has run for a while. */
    public static final long TAKEN_NANOS = 7_000_000_000L;

    public static final EphemeralRange RANGE = new EphemeralRange(32768, 60999, new BitSet());

    private static final int UNKNOWN = SocketTable.UNKNOWN;

    private Samples() {}

    /** One row of each kind and of most states. */
    public static SocketTable table() {
        SocketTable table = new SocketTable();
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        ipv4(table, "192.0.2.1", 443, "0.0.0.0", 0);
        table.putQueues(3, 511);
        table.putOwner(0, 7001);
        table.putCookie(0x2001);
        table.commit();
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv6(0, 0, 8080, 0, 0, 0);
        table.putQueues(0, UNKNOWN);
        table.putOwner(1000, 7002);
        table.commit();
        table.begin(TcpState.SYN_RECEIVED, SocketKind.REQUEST);
        ipv4(table, "192.0.2.1", 443, "198.51.100.9", 50001);
        table.putTimer(1, 900, 2);
        table.putQueues(0, 0);
        table.putOwner(0, 0);
        table.commit();
        table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
        ipv4(table, "192.0.2.1", 443, "198.51.100.7", 51234);
        table.putQueues(0, 1448);
        table.putTimer(1, 204, 0);
        table.putOwner(33, 81234);
        table.putCookie(0xFEDC_BA98_7654_3210L);
        table.putCgroup(4711);
        table.putInterfaceIndex(2);
        table.commit();
        outbound(table);
        table.begin(TcpState.CLOSED, SocketKind.BOUND);
        ipv4(table, "127.0.0.1", 9000, "0.0.0.0", 0);
        table.putQueues(0, 0);
        table.putOwner(1000, 7003);
        table.commit();
        table.unknownState(14);
        table.unknownState(14);
        table.coverage(Coverage.complete());
        return table;
    }

    private static void outbound(SocketTable table) {
        table.begin(TcpState.CLOSE_WAIT, SocketKind.FULL);
        // ::ffff:192.0.2.1 to ::ffff:203.0.113.5, an IPv4 connection of an IPv6 socket.
        table.putIpv6(0, 0xFFFF_C000_0201L, 40000, 0, 0xFFFF_CB00_7105L, 5432);
        table.putQueues(1, 0);
        table.putTimer(2, 7_199_250, 0);
        table.putOwner(1000, 81300);
        table.putLastAckReceivedMillis(125_050);
        table.commit();
        table.begin(TcpState.FIN_WAIT_1, SocketKind.FULL);
        ipv4(table, "192.0.2.1", 40001, "203.0.113.5", 5432);
        table.putQueues(0, 1);
        table.putTimer(9, 5, 1);
        table.putOwner(0, 0);
        table.commit();
        table.begin(TcpState.TIME_WAIT, SocketKind.MINISOCK);
        ipv4(table, "192.0.2.1", 40002, "203.0.113.5", 5432);
        table.putTimer(3, 45_000, 0);
        table.putQueues(0, 0);
        table.putOwner(0, 0);
        table.commit();
    }

    private static void ipv4(SocketTable table, String local, int localPort, String remote, int remotePort) {
        table.putIpv4(address(local), localPort, address(remote), remotePort);
    }

    private static int address(String text) {
        IpAddress address = IpAddress.parse(text);
        if (address == null) {
            throw new IllegalArgumentException(text);
        }
        return (int) address.low();
    }

    /** What the best source says of {@link #table}. */
    public static Report report() {
        return report(table(), null, RANGE);
    }

    /** A dump that gave nothing, for {@code reason}. */
    public static Report failed(String reason) {
        SocketTable table = new SocketTable();
        table.coverage(Coverage.failed(reason));
        return report(table, null, RANGE);
    }

    /** A dump that was cut short for {@code reason}. */
    public static Report partial(String reason) {
        SocketTable table = table();
        table.coverage(Coverage.partial(reason));
        return report(table, null, RANGE);
    }

    /** A report of {@code table}; with a {@code degradation} it is from /proc. */
    public static Report report(SocketTable table, @Nullable String degradation, @Nullable EphemeralRange range) {
        return report(table, degradation, range, Samples::service);
    }

    /** The same with other names of services. */
    public static Report report(
            SocketTable table,
            @Nullable String degradation,
            @Nullable EphemeralRange range,
            Report.ServiceNames services) {
        StateCounts.Tally ipv4 = new StateCounts.Tally();
        StateCounts.Tally ipv6 = new StateCounts.Tally();
        for (int row = 0; row < table.rows(); row++) {
            (table.isIpv6(row) ? ipv6 : ipv4).add(table.state(row), table.kind(row));
        }
        return new Report(
                Instant.parse("2026-01-31T12:00:00.250Z"),
                TAKEN_NANOS,
                new Report.Host("web-1", "6.1.0-13-amd64", 4026531840L),
                new Report.Source(
                        degradation == null ? "netlink" : "proc",
                        degradation,
                        4_200_000,
                        table.rows(),
                        table.duplicates(),
                        degradation == null),
                table.coverage(),
                ipv4.counts(),
                ipv6.counts(),
                table.unknownStateRows(14) == 0 ? Map.of() : Map.of(14, table.unknownStateRows(14)),
                "",
                List.of(),
                range,
                PortBreakdown.of(table, table, range),
                services,
                null,
                null);
    }

    /** A report of a namespace that may not be told. */
    public static Report withoutNamespace() {
        Report known = report();
        return new Report(
                known.takenAt(),
                known.takenNanos(),
                new Report.Host("web-1", "6.1.0-13-amd64", Report.Host.UNKNOWN_NAMESPACE),
                known.source(),
                known.coverage(),
                known.ipv4(),
                known.ipv6(),
                known.unknownStates(),
                known.filter(),
                known.problems(),
                known.range(),
                known.ports(),
                known.services(),
                null,
                null);
    }

    private static @Nullable String service(int port) {
        return switch (port) {
            case 443 -> "https";
            case 5432 -> "postgresql";
            default -> null;
        };
    }
}
