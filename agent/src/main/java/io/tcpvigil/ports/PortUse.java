// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.StateCounts;
import java.util.List;

/**
 * One local port that serves: somebody listens on it, or its connections came in while somebody did.
 *
 * @param listeners the sockets that listen on it; empty when none does any more
 * @param states the port's sockets by state
 * @param owners the processes that listen, as far as known; null when none is known, or nobody asked
 */
public record PortUse(
        int port,
        List<Listener> listeners,
        StateCounts states,
        @Nullable List<PortOwners.Owner> owners) {
    /** An accept queue whose limit or length the source does not tell. */
    public static final long UNKNOWN = -1;

    /**
     * One listening socket.
     *
     * @param acceptQueueLength connections that wait to be accepted; {@link #UNKNOWN} when not told
     * @param acceptQueueLimit how many may wait (one more is let in); {@link #UNKNOWN} when not told
     */
    public record Listener(Endpoint local, long acceptQueueLength, long acceptQueueLimit) {}

    public PortUse {
        listeners = List.copyOf(listeners);
        owners = owners == null ? null : List.copyOf(owners);
    }

    /** Connections waiting to be accepted on all listeners together; {@link #UNKNOWN} when one does not tell. */
    public long acceptQueueLength() {
        long sum = 0;
        for (Listener listener : listeners) {
            if (listener.acceptQueueLength() == UNKNOWN) {
                return UNKNOWN;
            }
            sum += listener.acceptQueueLength();
        }
        return sum;
    }

    /** The limits of all listeners together; {@link #UNKNOWN} when one does not tell. */
    public long acceptQueueLimit() {
        long sum = 0;
        for (Listener listener : listeners) {
            if (listener.acceptQueueLimit() == UNKNOWN) {
                return UNKNOWN;
            }
            sum += listener.acceptQueueLimit();
        }
        return sum;
    }
}
