// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import java.util.Arrays;

/**
 * How many sockets are in each state. Every state has a number, zero included; bound sockets that are in no state are
 * counted apart, never as CLOSED. Immutable.
 */
public final class StateCounts {
    private static final int STATES = TcpState.values().length;

    private final long[] counts;

    private StateCounts(long[] counts) {
        this.counts = counts;
    }

    /** The sockets in {@code state}; 0 for CLOSED, which no table of the kernel holds. */
    public long of(TcpState state) {
        return counts[state.ordinal()];
    }

    /** The sockets that are bound to a port, and neither listen nor are connected. */
    public long bound() {
        return counts[STATES];
    }

    /** All sockets in a state; without {@link #bound}. */
    public long total() {
        long total = 0;
        for (int i = 0; i < STATES; i++) {
            total += counts[i];
        }
        return total;
    }

    /** All sockets that are or were connections: {@link #total} without LISTEN. */
    public long connections() {
        return total() - of(TcpState.LISTEN);
    }

    public StateCounts plus(StateCounts other) {
        long[] sum = counts.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += other.counts[i];
        }
        return new StateCounts(sum);
    }

    /** The same with another number of sockets in one state. */
    public StateCounts with(TcpState state, long count) {
        long[] changed = counts.clone();
        changed[state.ordinal()] = count;
        return new StateCounts(changed);
    }

    /** The same with another number of bound sockets. */
    public StateCounts withBound(long count) {
        long[] changed = counts.clone();
        changed[STATES] = count;
        return new StateCounts(changed);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StateCounts that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (TcpState state : TcpState.values()) {
            if (of(state) > 0) {
                text.append(state.label()).append('=').append(of(state)).append(' ');
            }
        }
        return text.append("bound=").append(bound()).append('}').toString();
    }

    /** Counts up; not thread-safe. */
    public static final class Tally {
        private final long[] counts = new long[STATES + 1];

        /** Counts one socket. */
        public void add(TcpState state, SocketKind kind) {
            counts[kind == SocketKind.BOUND ? STATES : state.ordinal()]++;
        }

        public StateCounts counts() {
            return new StateCounts(counts.clone());
        }
    }
}
