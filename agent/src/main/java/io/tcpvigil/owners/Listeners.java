// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The listening sockets of the last dump, to tell whose a connection will be that waits to be accepted. */
final class Listeners {
    private final Map<Integer, List<Listener>> byPort = new HashMap<>();

    private record Listener(int inode, boolean ipv6, long high, long low) {
        boolean isAny() {
            return high == 0 && low == 0;
        }
    }

    void clear() {
        byPort.clear();
    }

    void add(SocketTable table, int row) {
        byPort.computeIfAbsent(table.localPort(row), none -> new ArrayList<>(1))
                .add(new Listener(
                        (int) table.inode(row), table.isIpv6(row), table.localHigh(row), table.localLow(row)));
    }

    /**
     * The owners of the listener that a connection came in through; of all that share the port and the address
     * (SO_REUSEPORT), because which of them has it is not told.
     */
    int owners(SocketTable table, int row, InodeTable inodes, OwnerSets sets) {
        List<Listener> listeners = byPort.getOrDefault(table.localPort(row), List.of());
        int exact = InodeTable.ABSENT;
        int any = InodeTable.ABSENT;
        for (Listener listener : listeners) {
            int set = inodes.get(listener.inode);
            if (set < 0) {
                continue;
            }
            if (listener.ipv6 == table.isIpv6(row)
                    && listener.high == table.localHigh(row)
                    && listener.low == table.localLow(row)) {
                exact = sets.union(exact, set);
            } else if (listener.isAny() && (listener.ipv6 || !table.isIpv6(row))) {
                // One of IPv6 takes IPv4 too, unless told not to.
                any = sets.union(any, set);
            }
        }
        return exact >= 0 ? exact : any;
    }
}
