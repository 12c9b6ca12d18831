// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

/** Something was not as the script says. */
final class ScriptFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String complaint;

    ScriptFailure(String complaint) {
        super(complaint);
        this.complaint = complaint;
    }

    /** What was expected and what came. */
    String complaint() {
        return complaint;
    }
}
