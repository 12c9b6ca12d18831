// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortBreakdownTest {
    private static final int HERE = 0xC0000201;
    private static final int THERE = 0xC0000263;

    private static final long MAPPED_HERE = 0xFFFF_C000_0201L;
    private static final long MAPPED_THERE = 0xFFFF_C000_0263L;

    private final SocketTable table = new SocketTable();
    private final EphemeralRange range = new EphemeralRange(32768, 60999, new BitSet());

    private void ipv4(TcpState state, int localPort, int remoteAddress, int remotePort) {
        table.begin(state, SocketKind.FULL);
        table.putIpv4(state == TcpState.LISTEN ? 0 : HERE, localPort, remoteAddress, remotePort);
        table.putQueues(2, 128);
        table.commit();
    }

    private void mapped(TcpState state, int localPort, int remotePort) {
        table.begin(state, SocketKind.FULL);
        table.putIpv6(0, MAPPED_HERE, localPort, 0, MAPPED_THERE, remotePort);
        table.commit();
    }

    @Test
    void takesConnectionsToAListenedPortForInbound() {
        ipv4(TcpState.LISTEN, 443, 0, 0);
        ipv4(TcpState.ESTABLISHED, 443, THERE, 50000);
        ipv4(TcpState.TIME_WAIT, 443, THERE, 50001);
        mapped(TcpState.CLOSE_WAIT, 443, 50002);
        PortBreakdown breakdown = PortBreakdown.of(table, table, range);
        assertEquals(0, breakdown.destinations().size());
        assertEquals(1, breakdown.ports().size());
        PortUse https = breakdown.ports().get(0);
        assertEquals(443, https.port());
        assertEquals(3, https.states().connections());
        assertEquals(1, https.states().of(TcpState.LISTEN));
        assertEquals(2, https.acceptQueueLength());
        assertEquals(128, https.acceptQueueLimit());
    }

    @Test
    void addsUpTheQueuesOfAllListenersOfAPort() {
        ipv4(TcpState.LISTEN, 443, 0, 0);
        ipv4(TcpState.LISTEN, 443, 0, 0);
        PortUse https = PortBreakdown.of(table, table, range).ports().get(0);
        assertEquals(4, https.acceptQueueLength());
        assertEquals(256, https.acceptQueueLimit());
    }

    @Test
    void knowsNoLimitWhenOneListenerDoesNotTellIt() {
        ipv4(TcpState.LISTEN, 443, 0, 0);
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv4(0, 443, 0, 0);
        table.putQueues(1, SocketTable.UNKNOWN);
        table.commit();
        PortUse https = PortBreakdown.of(table, table, range).ports().get(0);
        assertEquals(3, https.acceptQueueLength());
        assertEquals(PortUse.UNKNOWN, https.acceptQueueLimit());
    }

    @Test
    void countsPortsPerSourceAndDestinationAndPort() {
        for (int port = 40000; port < 40010; port++) {
            ipv4(TcpState.ESTABLISHED, port, THERE, 5432);
        }
        ipv4(TcpState.TIME_WAIT, 40010, THERE, 5432);
        ipv4(TcpState.ESTABLISHED, 40000, THERE, 6379);
        // Bound by the application itself, below the range: holds none of the ephemeral ports.
        ipv4(TcpState.ESTABLISHED, 1023, THERE, 5432);
        // The same address through an IPv6 socket draws on the same ports.
        mapped(TcpState.ESTABLISHED, 40011, 5432);
        PortBreakdown breakdown = PortBreakdown.of(table, table, range);
        assertEquals(2, breakdown.destinations().size());
        DestinationUse busiest = breakdown.destinations().get(0);
        assertEquals(5432, busiest.port());
        assertEquals("192.0.2.99", busiest.destination().toString());
        assertEquals(12, busiest.portsUsed());
        assertEquals(13, busiest.states().connections());
        assertEquals(1, busiest.states().of(TcpState.TIME_WAIT));
        assertEquals(12.0 / 28232, busiest.utilisation());
        assertEquals(1, breakdown.destinations().get(1).portsUsed());
    }

    @Test
    void keepsManyDestinationsApart() {
        for (int i = 0; i < 5000; i++) {
            ipv4(TcpState.ESTABLISHED, 40000, THERE + i % 1000, 1 + i / 1000);
        }
        PortBreakdown breakdown = PortBreakdown.of(table, table, range);
        assertEquals(5000, breakdown.destinations().size());
        assertEquals(
                5000,
                breakdown.destinations().stream()
                        .mapToLong(each -> each.states().connections())
                        .sum());
    }

    @Test
    void takesLeftOversOfAClosedListenerForInbound() {
        ipv4(TcpState.TIME_WAIT, 8080, THERE, 50000);
        PortBreakdown breakdown = PortBreakdown.of(table, table, range);
        assertEquals(0, breakdown.destinations().size());
        assertEquals(8080, breakdown.ports().get(0).port());
        assertEquals(0, breakdown.ports().get(0).listeners().size());
    }

    @Test
    void takesWhoListensFromTheTableOfListeners() {
        ipv4(TcpState.CLOSE_WAIT, 40000, THERE, 50000);
        SocketTable listening = new SocketTable();
        listening.begin(TcpState.LISTEN, SocketKind.FULL);
        listening.putIpv4(0, 40000, 0, 0);
        listening.putQueues(3, 511);
        listening.commit();
        PortBreakdown breakdown = PortBreakdown.of(table, listening, range);
        assertEquals(0, breakdown.destinations().size());
        assertEquals(3, breakdown.ports().get(0).acceptQueueLength());
        assertEquals(0, breakdown.ports().get(0).states().of(TcpState.LISTEN), "the filter let no listener through");
    }

    @Test
    void believesWhatAStateProves() {
        ipv4(TcpState.LISTEN, 443, 0, 0);
        ipv4(TcpState.SYN_SENT, 443, THERE, 80);
        table.begin(TcpState.SYN_RECEIVED, SocketKind.REQUEST);
        table.putIpv4(HERE, 40000, THERE, 80);
        table.commit();
        PortBreakdown breakdown = PortBreakdown.of(table, table, range);
        assertEquals(1, breakdown.destinations().size());
        assertEquals(1, breakdown.destinations().get(0).states().of(TcpState.SYN_SENT));
        assertEquals(2, breakdown.ports().size());
    }

    @Test
    void stillListsServingPortsWhenTheRangeIsNotKnown() {
        ipv4(TcpState.LISTEN, 443, 0, 0);
        ipv4(TcpState.ESTABLISHED, 443, THERE, 50000);
        ipv4(TcpState.ESTABLISHED, 40000, THERE, 443);
        PortBreakdown breakdown = PortBreakdown.of(table, table, null);
        assertEquals(1, breakdown.ports().size());
        assertEquals(1, breakdown.ports().get(0).states().connections());
        assertEquals(0, breakdown.destinations().size());
    }

    @Test
    void leavesBoundSocketsOut() {
        table.begin(TcpState.CLOSED, SocketKind.BOUND);
        table.putIpv4(HERE, 5000, 0, 0);
        table.commit();
        PortBreakdown breakdown = PortBreakdown.of(table, table, range);
        assertEquals(0, breakdown.ports().size());
        assertEquals(0, breakdown.destinations().size());
    }

    @Test
    void doesNotCountReservedPortsAsAvailable() {
        BitSet reserved = new BitSet();
        reserved.set(32768, 32778);
        reserved.set(8080);
        EphemeralRange narrower = new EphemeralRange(32768, 60999, reserved);
        assertEquals(28222, narrower.size());
        assertEquals(false, narrower.contains(32770));
        assertEquals(true, narrower.contains(32778));
        assertEquals(false, narrower.contains(61000));
    }

    private void bound(SocketTable to, int address, int port, TcpState state) {
        to.begin(state, state == TcpState.CLOSED ? SocketKind.BOUND : SocketKind.FULL);
        to.putIpv4(address, port, state == TcpState.CLOSED ? 0 : THERE, state == TcpState.CLOSED ? 0 : 5432);
        to.putQueues(7, 0);
        to.commit();
    }

    @Test
    void countsNoPortAsAvailableThatABindHolds() {
        EphemeralRange few = new EphemeralRange(40000, 40019, new BitSet());
        ipv4(TcpState.LISTEN, 40001, 0, 0);
        bound(table, HERE, 40002, TcpState.CLOSED);
        ipv4(TcpState.ESTABLISHED, 40003, THERE, 5432);
        ipv4(TcpState.ESTABLISHED, 40004, THERE, 5432);
        SocketTable explicit = new SocketTable();
        bound(explicit, HERE, 40002, TcpState.CLOSED);
        bound(explicit, HERE, 40004, TcpState.ESTABLISHED);
        bound(explicit, HERE, 40005, TcpState.ESTABLISHED);
        DestinationUse use = PortBreakdown.analyse(
                        table, table, new PortContext(few, TimeWaitReuse.UNKNOWN, explicit, null, null))
                .destinations()
                .get(0);
        assertEquals(2, use.portsUsed());
        // 20 without the listener's and two that are bound; 40004 is bound, too, but this destination's own.
        assertEquals(17, use.portsAvailable());
        assertEquals(DestinationUse.UNKNOWN, use.portsReusable());
    }

    @Test
    void countsPoolsOfPortsPerAddress() {
        EphemeralRange few = new EphemeralRange(40000, 40019, new BitSet());
        SocketTable explicit = new SocketTable();
        bound(explicit, HERE, 40004, TcpState.ESTABLISHED);
        bound(explicit, HERE, 40005, TcpState.CLOSED);
        bound(explicit, HERE, 50000, TcpState.CLOSED);
        // In the way of bind on the same address, not on another.
        ipv4(TcpState.ESTABLISHED, 40006, THERE, 80);
        ipv4(TcpState.ESTABLISHED, 40004, THERE, 5432);
        bound(table, HERE + 1, 40007, TcpState.CLOSED);
        PortContext context = new PortContext(few, TimeWaitReuse.UNKNOWN, explicit, null, null);
        assertEquals(
                List.of(new BindPool(IpAddress.ofIpv4(HERE), 2, 3, 20)),
                PortBreakdown.analyse(table, table, context).pools());
        assertNull(PortBreakdown.of(table, table, few).pools(), "nobody asked");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 2", "2, 1", "-1, -1"})
    void tellsWhatTimeWaitCouldGiveBack(long mode, int expected) {
        for (int[] each : new int[][] {{HERE, 40000, 50_000}, {HERE, 40001, 59_500}, {0x7F000001, 40002, 10_000}}) {
            table.begin(TcpState.TIME_WAIT, SocketKind.MINISOCK);
            table.putIpv4(each[0], each[1], each[0] == HERE ? THERE : 0x7F000001, 5432);
            table.putTimer(3, each[2], 0);
            table.commit();
        }
        ipv4(TcpState.FIN_WAIT_2, 40003, THERE, 5432);
        PortContext context = new PortContext(range, new TimeWaitReuse(mode, 1000), null, null, null);
        int reusable = 0;
        for (DestinationUse use : PortBreakdown.analyse(table, table, context).destinations()) {
            reusable = mode < 0 ? use.portsReusable() : reusable + use.portsReusable();
        }
        assertEquals(expected, reusable);
    }

    @Test
    void namesTheOwnersThatAreKnown() {
        ipv4(TcpState.LISTEN, 80, 0, 0);
        ipv4(TcpState.LISTEN, 443, 0, 0);
        ipv4(TcpState.LISTEN, 443, 0, 0);
        ipv4(TcpState.LISTEN, 8080, 0, 0);
        PortOwners.Owner nginx = new PortOwners.Owner(815, "nginx");
        PortOwners owners = (sockets, row) -> row == 2 ? List.of(nginx) : row == 3 ? List.of() : null;
        PortContext context = PortContext.of(range).with(owners);
        List<PortUse> ports = PortBreakdown.analyse(table, table, context).ports();
        assertNull(ports.get(0).owners(), "not known");
        assertEquals(List.of(nginx), ports.get(1).owners(), "of one listener they are");
        assertEquals(List.of(), ports.get(2).owners(), "none");
    }

    @Test
    void listsUdpPortsThatServe() {
        SocketTable udp = new SocketTable();
        bound(udp, 0, 53, TcpState.CLOSED);
        bound(udp, HERE, 53, TcpState.CLOSED);
        bound(udp, HERE, 40000, TcpState.CLOSED);
        bound(udp, HERE, 123, TcpState.ESTABLISHED);
        List<UdpPort> ports = udpPorts(new UdpSockets(udp, true));
        assertEquals(List.of(53, 40000), ports.stream().map(UdpPort::port).toList());
        assertEquals(2, ports.get(0).locals().size());
        assertEquals(14, ports.get(0).receiveQueueBytes());
        assertTrue(ports.get(1).surelyServes(), "a program chose it, as WireGuard does 51820");
        List<UdpPort> doubtful = udpPorts(new UdpSockets(udp, false));
        assertEquals(2, doubtful.size());
        assertTrue(doubtful.get(0).surelyServes());
        assertFalse(doubtful.get(1).surelyServes(), "the kernel may have chosen it");
    }

    private List<UdpPort> udpPorts(UdpSockets udp) {
        PortContext context = new PortContext(range, TimeWaitReuse.UNKNOWN, null, udp, null);
        return Objects.requireNonNull(
                PortBreakdown.analyse(table, table, context).udp());
    }

    @ParameterizedTest
    @CsvSource({"0, SYSTEM", "1023, SYSTEM", "1024, USER", "49151, USER", "49152, DYNAMIC", "65535, DYNAMIC"})
    void classifiesPortsAsRfc6335Does(int port, PortClass expected) {
        assertEquals(expected, PortClass.of(port));
    }
}
