// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.tcp.SocketTable;

/** A way to read the sockets of one network namespace. Not thread-safe. */
public interface SocketSource extends AutoCloseable {
    /** The name that users read: {@code netlink} or {@code proc}. */
    String name();

    /** Whether bound sockets that are in no state are among the rows; where they are not, their number is unknown. */
    boolean showsBound();

    /**
     * Clears {@code table} and fills it. Whatever goes wrong ends up in the table's coverage, with a reason that a user
     * can act on: this never throws for what the kernel says, and never leaves a failed dump looking like an empty host.
     */
    void dump(SocketQuery query, SocketTable table);

    @Override
    void close();
}
