// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/** Who sent the first SYN. */
public enum Direction {
    /** The peer: a request socket was seen, or the local port is listened on. */
    INBOUND("inbound"),
    /** We: SYN-SENT was seen, or the connection came up on a port that nobody listened on before or after. */
    OUTBOUND("outbound"),
    /** Both, crossing each other. */
    BOTH("both"),
    /** It began before we looked, or nothing tells. */
    UNKNOWN("unknown");

    private static final Direction[] VALUES = values();

    private final String label;

    Direction(String label) {
        this.label = label;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return label;
    }

    static Direction of(int ordinal) {
        return VALUES[ordinal];
    }
}
