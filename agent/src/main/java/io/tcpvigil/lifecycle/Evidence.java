// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/** How well a transition is known, the best first. A transition is counted once, under the best that there is. */
public enum Evidence {
    /** The kernel reported the step itself. No poll can; it takes a probe. */
    EXACT("exact"),
    /** Two looks one legal step apart, with no other way between them; or an end that can only have come this way. */
    OBSERVED("observed"),
    /** Two looks several steps apart, and every legal way between them takes this step. */
    INFERRED("inferred"),
    /**
     * A stretch between two looks on which legal ways differ. It is counted once, from the state where the ways part to the
     * one where they meet again, so that it need not be one legal step.
     */
    AMBIGUOUS("ambiguous"),
    /** Gone, and nothing says how: counted from the last state seen to CLOSED. */
    VANISHED("vanished");

    private final String label;

    Evidence(String label) {
        this.label = label;
    }

    /** The name for machines (labels, JSON). */
    public String label() {
        return label;
    }
}
