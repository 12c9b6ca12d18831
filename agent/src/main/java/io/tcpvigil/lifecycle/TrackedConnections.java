// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/**
 * What is remembered of single connections. {@link #find} gives a handle, the other methods answer for it; nothing but an
 * {@link Age} is allocated. Handles are valid until the tracker takes in the next dump or destroy message; use them on its thread.
 */
public final class TrackedConnections {
    /** The handle of a row that stands for no connection: a listener, a bound socket, or a row that came later. */
    public static final int NOT_TRACKED = -1;

    private final Timeline time;
    private final ConnectionStore ipv4;
    private final ConnectionStore ipv6;

    TrackedConnections(Timeline time, ConnectionStore ipv4, ConnectionStore ipv6) {
        this.time = time;
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /** The connection of a row of the table last taken in; rows asked for in their order are found quickest. */
    public int find(SocketTable table, int row) {
        SocketKind kind = table.kind(row);
        TcpState state = table.state(row);
        if (kind == SocketKind.BOUND || state == TcpState.LISTEN) {
            return NOT_TRACKED;
        }
        boolean isIpv6 = table.isIpv6(row);
        ConnectionStore store = isIpv6 ? ipv6 : ipv4;
        store.key(table, row);
        int slot = store.lookUp(table.cookie(row), (int) table.inode(row), state, kind);
        return slot == ConnectionStore.NONE ? NOT_TRACKED : (slot << 1) | (isIpv6 ? 1 : 0);
    }

    private RecordStore records(int handle) {
        return ((handle & 1) == 0 ? ipv4 : ipv6).records;
    }

    private int flags(int handle) {
        return records(handle).get(handle >> 1, RecordStore.FLAGS);
    }

    /** Milliseconds in the state, as of the last dump. */
    public long stateMillis(int handle) {
        return Math.max(0, time.now() - records(handle).since(handle >> 1));
    }

    /** The same, and whether the entry into the state was seen. */
    public Age stateAge(int handle) {
        return new Age(stateMillis(handle), Flags.has(flags(handle), Flags.SINCE_EXACT));
    }

    /** How long ago the connection began, as of the last dump. */
    public Age age(int handle) {
        long millis = Math.max(0, time.now() - records(handle).born(handle >> 1));
        return new Age(millis, Flags.has(flags(handle), Flags.BORN_EXACT));
    }

    public Direction direction(int handle) {
        return Flags.direction(flags(handle));
    }

    /** Who sent the first FIN: LOCAL, PEER, BOTH, or UNKNOWN as long as none was seen. */
    public EndedBy firstFin(int handle) {
        return Endings.firstFin(flags(handle));
    }
}
