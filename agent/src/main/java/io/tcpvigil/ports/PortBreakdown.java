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
 * <p>A connection counts as inbound when its local port is listened on. When nobody listens there (any more), the ports
 * themselves decide: one whose remote port lies in the ephemeral range and whose local port does not came in, any other
 * went out.
 *
 * @param ports the serving ports, in ascending order
 * @param destinations where connections went to, most ports used first
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

    /** Breaks {@code table} down; {@code range} is that of the namespace which the table is from. */
    public static PortBreakdown of(SocketTable table, EphemeralRange range) {
        Map<Integer, List<PortUse.Listener>> listeners = listeners(table);
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
            } else {
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

    private static boolean isInbound(SocketTable table, int row, BitSet listened, EphemeralRange range) {
        int local = table.localPort(row);
        return listened.get(local) || (range.contains(table.remotePort(row)) && !range.contains(local));
    }
}
