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
 * <p>Sockets that are only bound are in no destination, because which they will use a port for is not known yet; their
 * ports are missing from what is available to all.
 *
 * @param ports the serving ports, in ascending order
 * @param destinations where connections went to, most connections first; empty when the ephemeral range is not known
 * @param pools ports of the range per address for programs that bind before they connect, fullest first; null when it is not
 *     known which sockets those are
 * @param udp ports that wait for datagrams, in ascending order; null when not known
 */
public record PortBreakdown(
        List<PortUse> ports,
        List<DestinationUse> destinations,
        @Nullable List<BindPool> pools,
        @Nullable List<UdpPort> udp) {
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
        pools = pools == null ? null : List.copyOf(pools);
        udp = udp == null ? null : List.copyOf(udp);
    }

    /**
     * Breaks {@code table} down.
     *
     * @param listening a table with all listeners of the namespace; the same table, unless that was filtered
     * @param range the ephemeral ports of the namespace; null when not known
     */
    public static PortBreakdown of(SocketTable table, SocketTable listening, @Nullable EphemeralRange range) {
        return analyse(table, listening, PortContext.of(range));
    }

    /**
     * Breaks {@code table} down.
     *
     * @param listening a table with all listeners of the namespace; the same table, unless that was filtered
     */
    public static PortBreakdown analyse(SocketTable table, SocketTable listening, PortContext context) {
        EphemeralRange range = context.range();
        Map<Integer, List<Integer>> listeners = listeners(listening);
        BitSet listened = new BitSet(PORTS);
        listeners.keySet().forEach(listened::set);
        StateCounts.@Nullable Tally[] tallies = new StateCounts.Tally[PORTS];
        BitSet bound = boundPorts(table, listened, context);
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
                destinations.add(table, row, range, bound, context.reuse());
            }
        }
        List<PortUse> ports = new ArrayList<>();
        for (int port = 0; port < PORTS; port++) {
            StateCounts.Tally tally = tallies[port];
            if (tally != null) {
                ports.add(portUse(port, listening, listeners.getOrDefault(port, List.of()), tally, context.owners()));
            }
        }
        int free = range == null ? 0 : range.sizeWithout(bound);
        List<DestinationUse> uses = destinations.uses(free, context.reuse());
        uses.sort(BUSIEST_FIRST);
        SocketTable explicit = context.bound();
        return new PortBreakdown(
                ports,
                uses,
                explicit == null || range == null ? null : BindPools.of(table, explicit, range),
                context.udp() == null ? null : UdpPorts.of(context.udp(), range, context.owners()));
    }

    /** Ports that bind(2) holds, a listener's included; connect(2) takes none of them. */
    private static BitSet boundPorts(SocketTable table, BitSet listened, PortContext context) {
        BitSet bound = (BitSet) listened.clone();
        for (int row = 0; row < table.rows(); row++) {
            if (table.kind(row) == SocketKind.BOUND) {
                bound.set(table.localPort(row));
            }
        }
        SocketTable explicit = context.bound();
        for (int row = 0; explicit != null && row < explicit.rows(); row++) {
            bound.set(explicit.localPort(row));
        }
        return bound;
    }

    /** The rows of listeners by port. */
    private static Map<Integer, List<Integer>> listeners(SocketTable table) {
        Map<Integer, List<Integer>> byPort = new HashMap<>();
        for (int row = 0; row < table.rows(); row++) {
            if (table.state(row) == TcpState.LISTEN) {
                byPort.computeIfAbsent(table.localPort(row), port -> new ArrayList<>(1))
                        .add(row);
            }
        }
        return byPort;
    }

    private static PortUse portUse(
            int port, SocketTable listening, List<Integer> rows, StateCounts.Tally tally, @Nullable PortOwners owners) {
        List<PortUse.Listener> listeners = new ArrayList<>(rows.size());
        for (int row : rows) {
            listeners.add(
                    new PortUse.Listener(listening.local(row), listening.receiveQueue(row), listening.sendQueue(row)));
        }
        return new PortUse(
                port, listeners, tally.counts(), owners == null ? null : OwnersOfRows.of(owners, listening, rows));
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
