// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.Locale;

/** How bad a finding is; the later the worse. */
public enum Severity {
    /** Not as it should be, or getting there: look at it in working hours. */
    WARNING,
    /** Connections fail, or will within minutes. */
    CRITICAL;

    /** The name for machines (labels, JSON). */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
