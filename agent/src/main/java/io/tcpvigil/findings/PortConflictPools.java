// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.BindPool;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import java.util.BitSet;
import java.util.List;

/** Ports of the ephemeral range that bind(2) holds: connect(2) passes over them, on whatever address. */
final class PortConflictPools extends Detector {
    private static final double CRITICAL = 0.9;

    PortConflictPools() {
        super(FindingId.PORT_CONFLICT_POOLS);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        EphemeralRange range = now.range();
        if (range == null) {
            out.unknown("ip_local_port_range could not be read");
            return;
        }
        SocketTable table = now.table();
        BitSet bound = new BitSet();
        for (int row = 0; row < table.rows(); row++) {
            if (table.kind(row) == SocketKind.BOUND && range.contains(table.localPort(row))) {
                bound.set(table.localPort(row));
            }
        }
        int idle = bound.cardinality();
        List<BindPool> pools = now.ports().pools();
        int pooled = idle;
        if (pools != null) {
            for (BindPool pool : pools) {
                // Of sockets bound on several addresses some may share a port: the largest pool is what is certain.
                pooled = Math.max(pooled, pool.bound());
            }
        }
        int held = Math.min(pooled, range.size());
        out.fills(
                Scope.NAMESPACE,
                "ephemeral ports held by bind",
                held,
                range.size(),
                threshold(now),
                CRITICAL,
                () -> account(now, range, held, idle));
    }

    private static Account account(Observation now, EphemeralRange range, int held, int idle) {
        SocketTable table = now.table();
        RowList rows = new RowList();
        for (int row = 0; row < table.rows(); row++) {
            if (table.kind(row) == SocketKind.BOUND && range.contains(table.localPort(row))) {
                rows.add(row);
            }
        }
        return new Account(held, "bind holds " + held + " of the " + range.size() + " ephemeral ports")
                .measure("ports_bound", held, Measure.DUMP + ", ports chosen by bind")
                .measure("bound_not_connected", idle, Measure.DUMP)
                .measure("ephemeral_ports", range.size(), "net.ipv4.ip_local_port_range")
                .holdersOf(now, rows)
                .means("connect passes over a port that any socket has bound, on whatever address: programs that do not"
                        + " bind run out of ports to every destination, although no destination has many.")
                .remedy("Let the program that binds set IP_BIND_ADDRESS_NO_PORT, or give it ports outside of the range"
                        + " (net.ipv4.ip_local_reserved_ports keeps a part for it).")
                .command("tcpvigil snapshot --sockets -p state=bound");
    }
}
