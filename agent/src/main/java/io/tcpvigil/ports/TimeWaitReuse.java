// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/**
 * Which TIME-WAIT connections connect(2) may take over ({@code tcp_twsk_unique} in {@code net/ipv4/tcp_ipv4.c}). That both
 * sides used timestamps, which it needs besides, no dump tells: what {@link #allows} lets through is the most.
 *
 * @param mode {@code net.ipv4.tcp_tw_reuse}: 0 never, 1 any, 2 on loopback; other numbers when it is not known
 * @param delayMillis {@code net.ipv4.tcp_tw_reuse_delay}; 1000 on kernels without it
 */
public record TimeWaitReuse(long mode, long delayMillis) {
    public static final TimeWaitReuse UNKNOWN = new TimeWaitReuse(-1, 0);

    private static final int TIME_WAIT_MILLIS = 60_000;

    /** Whether it is known at all what the kernel does. */
    public boolean isKnown() {
        return mode >= 0 && mode <= 2;
    }

    /** Whether the row is one that a new connection to the same destination could take over now. */
    boolean allows(SocketTable table, int row) {
        if (mode < 1 || table.state(row) != TcpState.TIME_WAIT || table.kind(row) != SocketKind.MINISOCK) {
            return false;
        }
        int expires = table.expiresMillis(row);
        return expires != SocketTable.UNKNOWN
                && TIME_WAIT_MILLIS - expires >= delayMillis
                && (mode == 1 || isLoopback(table, row));
    }

    private static boolean isLoopback(SocketTable table, int row) {
        boolean ipv6 = table.isIpv6(row);
        return isLoopback(ipv6, table.localHigh(row), table.localLow(row))
                || isLoopback(ipv6, table.remoteHigh(row), table.remoteLow(row));
    }

    /** 127.0.0.0/8, mapped into IPv6 or not, and ::1. */
    private static boolean isLoopback(boolean ipv6, long high, long low) {
        if (!ipv6 || IpAddress.isMapped(true, high, low)) {
            return (low >>> 24 & 0xFF) == 127;
        }
        return high == 0 && low == 1;
    }
}
