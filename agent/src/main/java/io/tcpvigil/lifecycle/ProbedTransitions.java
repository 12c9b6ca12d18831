// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.TcpState;

/**
 * How often full sockets of the namespace went from one state to another, as the kernel itself counted it, since some moment
 * before the first time it is asked. The kernel's states: TIME-WAIT is not among them, a socket that goes there is CLOSED.
 */
public final class ProbedTransitions {
    private static final TcpState[] STATES = TcpState.values();

    private final long[] counts = new long[STATES.length * STATES.length];
    private final long connectsWithoutPort;

    /** A count of one step. */
    public interface Counter {
        long of(TcpState from, TcpState to);
    }

    /**
     * @param counter asked once for each pair of states
     * @param connectsWithoutPort how many of the steps to SYN-SENT and back to CLOSED were those of a connect() that found no
     *     free port, and never sent anything
     */
    public ProbedTransitions(Counter counter, long connectsWithoutPort) {
        for (TcpState from : STATES) {
            for (TcpState to : STATES) {
                counts[from.ordinal() * STATES.length + to.ordinal()] = from == to ? 0 : counter.of(from, to);
            }
        }
        this.connectsWithoutPort = connectsWithoutPort;
    }

    long of(TcpState from, TcpState to) {
        return counts[from.ordinal() * STATES.length + to.ordinal()];
    }

    /** How many sockets left a state after which there is a minisock, unless they were reset or there was no room for one. */
    long leftForMinisock() {
        return of(TcpState.FIN_WAIT_2, TcpState.CLOSED) + of(TcpState.CLOSING, TcpState.CLOSED);
    }

    /** See {@link #ProbedTransitions}. */
    public long connectsWithoutPort() {
        return connectsWithoutPort;
    }
}
