// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Counts sockets per (source address, destination address, destination port) by open addressing in primitive arrays: no
 * object per socket, one per destination.
 *
 * <p>A v4-mapped address counts as the IPv4 address it is: both kinds of socket draw on the same ports.
 */
final class DestinationTally {
    private static final int EMPTY = -1;

    private int[] slots = emptySlots(64);
    private final List<Destination> destinations = new ArrayList<>();

    private static final class Destination {
        final long sourceHigh;
        final long sourceLow;
        final long destinationHigh;
        final long destinationLow;
        final boolean ipv6;
        final int port;
        final StateCounts.Tally states = new StateCounts.Tally();
        int portsUsed;
        int usedAndBound;
        int reusable;

        Destination(
                boolean ipv6, long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int port) {
            this.ipv6 = ipv6;
            this.sourceHigh = sourceHigh;
            this.sourceLow = sourceLow;
            this.destinationHigh = destinationHigh;
            this.destinationLow = destinationLow;
            this.port = port;
        }
    }

    /** Counts the row, which is a connection that this host opened. */
    void add(SocketTable table, int row, EphemeralRange range, BitSet bound, TimeWaitReuse reuse) {
        boolean mapped = IpAddress.isMapped(table.isIpv6(row), table.remoteHigh(row), table.remoteLow(row));
        boolean ipv6 = table.isIpv6(row) && !mapped;
        long sourceLow = mapped ? table.localLow(row) & 0xFFFF_FFFFL : table.localLow(row);
        long destinationLow = mapped ? table.remoteLow(row) & 0xFFFF_FFFFL : table.remoteLow(row);
        Destination destination = find(
                ipv6, table.localHigh(row), sourceLow, table.remoteHigh(row), destinationLow, table.remotePort(row));
        destination.states.add(table.state(row), table.kind(row));
        if (range.contains(table.localPort(row))) {
            destination.portsUsed++;
            if (bound.get(table.localPort(row))) {
                destination.usedAndBound++;
            }
            if (reuse.allows(table, row)) {
                destination.reusable++;
            }
        }
    }

    private Destination find(
            boolean ipv6, long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int port) {
        if (destinations.size() * 2 >= slots.length) {
            grow();
        }
        int mask = slots.length - 1;
        int slot = hash(sourceHigh, sourceLow, destinationHigh, destinationLow, port) & mask;
        while (slots[slot] != EMPTY) {
            Destination found = destinations.get(slots[slot]);
            if (found.destinationLow == destinationLow
                    && found.port == port
                    && found.sourceLow == sourceLow
                    && found.destinationHigh == destinationHigh
                    && found.sourceHigh == sourceHigh
                    && found.ipv6 == ipv6) {
                return found;
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = destinations.size();
        Destination added = new Destination(ipv6, sourceHigh, sourceLow, destinationHigh, destinationLow, port);
        destinations.add(added);
        return added;
    }

    private void grow() {
        slots = emptySlots(slots.length * 2);
        int mask = slots.length - 1;
        for (int i = 0; i < destinations.size(); i++) {
            Destination each = destinations.get(i);
            int slot =
                    hash(each.sourceHigh, each.sourceLow, each.destinationHigh, each.destinationLow, each.port) & mask;
            while (slots[slot] != EMPTY) {
                slot = (slot + 1) & mask;
            }
            slots[slot] = i;
        }
    }

    private static int[] emptySlots(int size) {
        int[] slots = new int[size];
        Arrays.fill(slots, EMPTY);
        return slots;
    }

    private static int hash(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int port) {
        long mixed = (sourceHigh * 31 + sourceLow) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ (destinationHigh * 31 + destinationLow)) * 0x9E37_79B9_7F4A_7C15L;
        mixed = (mixed ^ port) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (mixed >>> 32);
    }

    /**
     * What was counted.
     *
     * @param free ephemeral ports that no bind holds
     */
    List<DestinationUse> uses(int free, TimeWaitReuse reuse) {
        List<DestinationUse> uses = new ArrayList<>(destinations.size());
        for (Destination each : destinations) {
            uses.add(new DestinationUse(
                    new IpAddress(each.ipv6, each.sourceHigh, each.sourceLow),
                    new IpAddress(each.ipv6, each.destinationHigh, each.destinationLow),
                    each.port,
                    each.portsUsed,
                    free + each.usedAndBound,
                    reuse.isKnown() ? each.reusable : DestinationUse.UNKNOWN,
                    each.states.counts()));
        }
        return uses;
    }
}
