// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

/** How much a sample dumps: established connections are most of a busy host's table, and the ones that change least. */
public enum Tier {
    /** Every state but ESTABLISHED, and no bound sockets. */
    FAST("fast"),
    /** Every state, and bound sockets. */
    FULL("full");

    private final String label;

    Tier(String label) {
        this.label = label;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return label;
    }
}
