// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Finds the UDP ports that serve: whose sockets are not connected, and whose number a program chose. One that the kernel chose is a
 * client's, who waits for an answer.
 */
final class UdpPorts {
    private UdpPorts() {}

    static List<UdpPort> of(UdpSockets udp, @Nullable EphemeralRange range, @Nullable PortOwners owners) {
        SocketTable table = udp.table();
        TreeMap<Integer, List<Integer>> rows = new TreeMap<>();
        for (int row = 0; row < table.rows(); row++) {
            int port = table.localPort(row);
            if (table.kind(row) == SocketKind.BOUND && port != 0) {
                rows.computeIfAbsent(port, none -> new ArrayList<>(1)).add(row);
            }
        }
        List<UdpPort> ports = new ArrayList<>();
        rows.forEach((port, sockets) -> {
            List<Endpoint> locals = new ArrayList<>();
            long queue = 0;
            for (int row : sockets) {
                locals.add(table.local(row));
                long bytes = table.receiveQueue(row);
                queue = queue == PortUse.UNKNOWN || bytes == SocketTable.UNKNOWN ? PortUse.UNKNOWN : queue + bytes;
            }
            // The kernel chooses from its range only; a range that was another one once leaves few behind.
            boolean surelyServes = udp.portsChosen() || (range != null && !range.contains(port));
            ports.add(new UdpPort(
                    port,
                    locals,
                    surelyServes,
                    queue,
                    owners == null ? null : OwnersOfRows.of(owners, table, sockets)));
        });
        return ports;
    }
}
