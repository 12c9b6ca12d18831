// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketTable;

/** Rows that a finding would be about; used again at the next look. */
final class Group {
    /** What its rows have in common. */
    enum By {
        PROCESS,
        UNIT,
        LOCAL_PORT,
        DESTINATION,
        PEER
    }

    final RowList rows = new RowList();
    By by = By.PEER;
    /** Of a process, and of one of a unit. */
    @Nullable
    Holder holder;

    void begin(By kind, @Nullable Holder process) {
        by = kind;
        holder = process;
        rows.clear();
    }

    int size() {
        return rows.size();
    }

    /** One of its rows: what all have in common can be read off it. */
    int first() {
        return rows.get(0);
    }

    IpAddress peer(SocketTable table) {
        return table.remote(first()).address().onWire();
    }

    Scope scope(SocketTable table) {
        Holder process = holder;
        return switch (by) {
            case PROCESS -> process == null ? Scope.HOST : Scope.process(process);
            case UNIT -> process == null || process.unit() == null ? Scope.HOST : Scope.unit(process.unit());
            case LOCAL_PORT -> Scope.port(table.localPort(first()));
            case DESTINATION -> Scope.destination(peer(table), table.remotePort(first()));
            case PEER -> Scope.destination(peer(table), 0);
        };
    }
}
