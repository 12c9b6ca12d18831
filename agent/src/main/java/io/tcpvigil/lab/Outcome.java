// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import java.util.List;
import java.util.Set;

/**
 * What one run showed.
 *
 * @param deviations the known deviations that were seen, in the order of their declaration
 * @param failure what was not as the script says; empty when all was
 */
public record Outcome(
        Scenario scenario,
        Role role,
        Family family,
        List<Ladder.Line> ladder,
        Set<Deviation> deviations,
        String failure) {

    /** How the kernel compares with RFC 9293. */
    public enum Verdict {
        /** As the RFC says. */
        AGREES("agrees"),
        /** As the RFC says but for known deviations. */
        DEVIATES("deviates"),
        /** Otherwise than the RFC and the known deviations say. */
        DIFFERS("differs");

        private final String label;

        Verdict(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    public Verdict verdict() {
        if (!failure.isEmpty()) {
            return Verdict.DIFFERS;
        }
        return deviations.isEmpty() ? Verdict.AGREES : Verdict.DEVIATES;
    }
}
