// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/** What the kernel counts and the tracker sees, too; see {@link KernelTotals} and {@link SeenTotals} for the two ways. */
public enum CoverageEvent {
    OPENED_INBOUND("opened_inbound"),
    OPENED_OUTBOUND("opened_outbound"),
    FAILED("failed"),
    RESET("reset"),
    TIME_WAIT("time_wait");

    private final String label;

    CoverageEvent(String label) {
        this.label = label;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return label;
    }
}
