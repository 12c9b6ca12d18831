// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a dump is to bring. A source may bring more than the filter lets through (it need not understand it), never less.
 *
 * @param states the states wanted
 * @param bound whether bound sockets that are in no state are wanted; {@code /proc} does not list them
 * @param withTcpInfo whether {@code tcp_info} is wanted; {@code /proc} does not have it
 * @param filter what the rows will be held against
 */
public record SocketQuery(Set<TcpState> states, boolean bound, boolean withTcpInfo, SocketFilter filter) {
    /** Every socket. */
    public static final SocketQuery ALL = of(SocketFilter.ALL);

    /**
     * Every connection and listener but what is established: on a busy host a fraction of them, and those that change. No
     * bound sockets: to find these the kernel goes through all that have a port, established ones too, which doubles the cost.
     */
    public static final SocketQuery ALL_BUT_ESTABLISHED =
            new SocketQuery(EnumSet.complementOf(EnumSet.of(TcpState.ESTABLISHED)), false, false, SocketFilter.ALL);

    /** Listening sockets only, which costs next to nothing: they are in a table of their own. */
    public static final SocketQuery LISTENERS =
            new SocketQuery(EnumSet.of(TcpState.LISTEN), false, false, SocketFilter.ALL);

    /** All that can pass {@code filter}. */
    public static SocketQuery of(SocketFilter filter) {
        return new SocketQuery(filter.possibleStates(), filter.canPassBound(), filter.needsAge(), filter);
    }

    /** The same with or without {@code tcp_info}. */
    public SocketQuery withTcpInfo(boolean wanted) {
        return new SocketQuery(states, bound, wanted, filter);
    }

    /** The states as the kernel's bit mask: bit n for its state n. */
    int stateMask() {
        int mask = 0;
        for (TcpState state : states) {
            mask |= 1 << state.kernelNumber();
        }
        return mask & ~(1 << TcpState.CLOSED.kernelNumber());
    }
}
