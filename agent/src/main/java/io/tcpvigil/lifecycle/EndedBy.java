// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/** Who ended a connection, or what. Sampling often cannot know; then it is {@link #UNKNOWN}. */
public enum EndedBy {
    /** We sent the first FIN. */
    LOCAL("local"),
    /** The peer sent the first FIN. */
    PEER("peer"),
    /** Both FINs crossed. */
    BOTH("both"),
    /** A RST, of either side. */
    RESET("reset"),
    /** It never came up, because the peer, or a router on the way, said no. */
    REFUSED("refused"),
    /**
     * Nothing tells. So it is of a time-out where no FIN was seen: nothing in a dump or a destroy message tells a socket that
     * gave up retransmitting from one that was reset or closed meanwhile.
     */
    UNKNOWN("unknown");

    private static final EndedBy[] VALUES = values();

    private final String label;

    EndedBy(String label) {
        this.label = label;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return label;
    }

    static EndedBy of(int ordinal) {
        return VALUES[ordinal];
    }
}
