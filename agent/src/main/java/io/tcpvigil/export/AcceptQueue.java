// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.ports.PortUse;

/**
 * The accept queues of one port, or of several together.
 *
 * @param listeners how many sockets listen
 * @param length connections that wait; {@link PortUse#UNKNOWN} when one does not tell
 * @param limit how many may; {@link PortUse#UNKNOWN} when one does not tell
 */
record AcceptQueue(int listeners, long length, long limit) {
    static final AcceptQueue NONE = new AcceptQueue(0, 0, 0);

    private static final long FULL = 1_000_000;

    static AcceptQueue of(PortUse use) {
        return new AcceptQueue(use.listeners().size(), use.acceptQueueLength(), use.acceptQueueLimit());
    }

    AcceptQueue plus(AcceptQueue other) {
        return new AcceptQueue(listeners + other.listeners, sum(length, other.length), sum(limit, other.limit));
    }

    private static long sum(long one, long other) {
        return one == PortUse.UNKNOWN || other == PortUse.UNKNOWN ? PortUse.UNKNOWN : one + other;
    }

    /** How full it is: that is what people look for, not how long. */
    long fill() {
        return length <= 0 ? 0 : length * FULL / Math.max(1, limit);
    }
}
