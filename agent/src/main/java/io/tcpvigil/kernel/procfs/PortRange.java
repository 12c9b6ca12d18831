// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

/**
 * Ports from {@code low} to {@code high}, both included.
 *
 * @param low 0 to 65535
 * @param high {@code low} to 65535
 */
public record PortRange(int low, int high) {
    private static final int MAX_PORT = 65_535;

    public PortRange {
        if (!isValid(low, high)) {
            throw new IllegalArgumentException("no range of ports: " + low + " to " + high);
        }
    }

    static boolean isValid(long low, long high) {
        return low >= 0 && low <= high && high <= MAX_PORT;
    }

    /** How many ports are in it. */
    public int size() {
        return high - low + 1;
    }

    public boolean contains(int port) {
        return port >= low && port <= high;
    }
}
