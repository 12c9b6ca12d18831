// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts the ports of each address that programs bind to before they connect. */
final class BindPools {
    private static final Comparator<BindPool> FULLEST_FIRST = Comparator.comparingInt(BindPool::portsUsed)
            .reversed()
            .thenComparing(pool -> pool.source().toString());

    private BindPools() {}

    /** @param explicit sockets whose port was chosen by bind(2), listeners not among them */
    static List<BindPool> of(SocketTable table, SocketTable explicit, EphemeralRange range) {
        Map<IpAddress, Integer> sockets = new HashMap<>();
        for (int row = 0; row < explicit.rows(); row++) {
            if (range.contains(explicit.localPort(row))) {
                sockets.merge(local(explicit, row), 1, Integer::sum);
            }
        }
        Map<IpAddress, BitSet> used = new HashMap<>();
        sockets.keySet().forEach(source -> used.put(source, new BitSet()));
        if (!sockets.isEmpty()) {
            addPorts(table, range, used);
            addPorts(explicit, range, used);
        }
        List<BindPool> pools = new ArrayList<>();
        sockets.forEach((source, count) -> {
            BitSet ports = used.getOrDefault(source, new BitSet());
            pools.add(new BindPool(source, count, ports.cardinality(), range.size()));
        });
        pools.sort(FULLEST_FIRST);
        return pools;
    }

    /** A socket of one address is in the way of that address and of the wildcard; one of the wildcard, of all. */
    private static void addPorts(SocketTable table, EphemeralRange range, Map<IpAddress, BitSet> used) {
        for (int row = 0; row < table.rows(); row++) {
            int port = table.localPort(row);
            if (!range.contains(port)) {
                continue;
            }
            IpAddress local = local(table, row);
            used.forEach((source, ports) -> {
                if (local.isAny() || source.isAny() || source.equals(local)) {
                    ports.set(port);
                }
            });
        }
    }

    private static IpAddress local(SocketTable table, int row) {
        return new IpAddress(table.isIpv6(row), table.localHigh(row), table.localLow(row)).onWire();
    }
}
