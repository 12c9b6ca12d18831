// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import java.util.BitSet;

/**
 * The ports from which the kernel chooses when a program leaves the choice to it ({@code ip_local_port_range} without
 * {@code ip_local_reserved_ports}).
 */
public final class EphemeralRange {
    private final int low;
    private final int high;
    private final BitSet reserved;

    /**
     * @param low the lowest port, 1 to 65535
     * @param high the highest port, in the range
     * @param reserved ports that are never chosen
     */
    public EphemeralRange(int low, int high, BitSet reserved) {
        this.low = low;
        this.high = high;
        this.reserved = reserved.get(0, 65536);
    }

    public int low() {
        return low;
    }

    public int high() {
        return high;
    }

    /** How many ports can be chosen. */
    public int size() {
        return high - low + 1 - reserved.get(low, high + 1).cardinality();
    }

    /** How many ports can be chosen that are not in {@code taken}. */
    int sizeWithout(BitSet taken) {
        int size = 0;
        for (int port = low; port <= high; port++) {
            if (!reserved.get(port) && !taken.get(port)) {
                size++;
            }
        }
        return size;
    }

    /** Whether the kernel can choose this port. */
    public boolean contains(int port) {
        return port >= low && port <= high && !reserved.get(port);
    }
}
