// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one dump says of ports.
 *
 * <p>A half-open connection of the kernel's came in, one in SYN-SENT goes out. Any other counts as inbound when its local
 * port is listened on. When nobody listens there (any more), the ports themselves decide: one whose remote port lies in the
 * ephemeral range and whose local port does not came in, any other went out.
 *
 * <p>Sockets that are only bound are left out: which destination they will use a port for is not known yet.
 *
 * @param ports the serving ports, in ascending order
 * @param destinations where connections went to, most connections first; empty when the ephemeral range is not known
 */
public record PortBreakdown(List<PortUse> ports, List<DestinationUse> destinations) {
    private static final int PORTS = 65536;

    private static final Comparator<DestinationUse> BUSIEST_FIRST = Comparator.comparingLong(
                    (DestinationUse each) -> each.states().connections())
            .reversed()
            .thenComparing(each -> each.destination().toString())
            .thenComparingInt(DestinationUse::port)
            .thenComparing(each -> each.source().toString());

    public PortBreakdown {
        ports = List.copyOf(ports);
        destinations = List.copyOf(destinations);
    }

    /**
     * Breaks {@code table} down.
     *
     * @param listening a table with all listeners of the namespace; the same table, unless that was filtered
     * @param range the ephemeral ports of the namespace; null when not known
     */
    public static PortBreakdown of(SocketTable table, SocketTable listening, @Nullable EphemeralRange range) {
        Map<Integer, List<PortUse.Listener>> listeners = listeners(listening);
        BitSet listened = new BitSet(PORTS);
        listeners.keySet().forEach(listened::set);
        StateCounts.@Nullable Tally[] tallies = new StateCounts.Tally[PORTS];
        DestinationTally destinations = new DestinationTally();
        for (int row = 0; row < table.rows(); row++) {
            int port = table.localPort(row);
            if (table.kind(row) == SocketKind.BOUND) {
                continue;
            }
            if (isInbound(table, row, listened, range)) {
                StateCounts.Tally tally = tallies[port];
                if (tally == null) {
                    tally = new StateCounts.Tally();
                    tallies[port] = tally;
                }
                tally.add(table.state(row), table.kind(row));
            } else if (range != null) {
                destinations.add(table, row, range);
            }
        }
        List<PortUse> ports = new ArrayList<>();
        for (int port = 0; port < PORTS; port++) {
            StateCounts.Tally tally = tallies[port];
            if (tally != null) {
                ports.add(new PortUse(port, listeners.getOrDefault(port, List.of()), tally.counts()));
            }
        }
        List<DestinationUse> uses = destinations.uses();
        uses.sort(BUSIEST_FIRST);
        return new PortBreakdown(ports, uses);
    }

    private static Map<Integer, List<PortUse.Listener>> listeners(SocketTable table) {
        Map<Integer, List<PortUse.Listener>> byPort = new HashMap<>();
        for (int row = 0; row < table.rows(); row++) {
            if (table.state(row) == TcpState.LISTEN) {
                byPort.computeIfAbsent(table.localPort(row), port -> new ArrayList<>())
                        .add(new PortUse.Listener(table.local(row), table.receiveQueue(row), table.sendQueue(row)));
            }
        }
        return byPort;
    }

    private static boolean isInbound(SocketTable table, int row, BitSet listened, @Nullable EphemeralRange range) {
        if (table.state(row) == TcpState.SYN_SENT) {
            return false;
        }
        int local = table.localPort(row);
        return table.kind(row) == SocketKind.REQUEST
                || listened.get(local)
                || (range != null && range.contains(table.remotePort(row)) && !range.contains(local));
    }
}
