// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

/** What a single look tells of the time that a socket has been in its state: a lower bound, or nothing. */
public final class StateAge {
    /** How long Linux keeps TIME-WAIT: TCP_TIMEWAIT_LEN in {@code include/net/tcp.h}, which no setting changes. */
    public static final int TIME_WAIT_MILLIS = 60_000;

    private StateAge() {}

    /**
     * Milliseconds that the row has been in its state at least; {@link SocketTable#UNKNOWN} when one look cannot tell.
     *
     * <p>TIME-WAIT: what has run off its timer (a repeated FIN of the peer winds it up again). CLOSE-WAIT and FIN-WAIT-2:
     * the time since the last ACK, as the segment that led there was one; known only when {@code tcp_info} was asked for.
     */
    public static long atLeastMillis(SocketTable table, int row) {
        return switch (table.state(row)) {
            case TIME_WAIT ->
                table.expiresMillis(row) == SocketTable.UNKNOWN
                        ? SocketTable.UNKNOWN
                        : Math.max(0, TIME_WAIT_MILLIS - table.expiresMillis(row));
            case CLOSE_WAIT, FIN_WAIT_2 -> table.lastAckReceivedMillis(row);
            case LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, CLOSING, LAST_ACK, CLOSED ->
                SocketTable.UNKNOWN;
        };
    }
}
