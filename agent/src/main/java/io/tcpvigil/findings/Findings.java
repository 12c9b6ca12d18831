// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import java.util.List;
import java.util.Set;

/**
 * What all detectors said of the last full sample.
 *
 * @param raised what is wrong, worst first
 * @param closest what is nearest to its limit without being wrong, nearest first; not all of it
 * @param unchecked what could not be checked, with the reason, one line each
 * @param blind the detectors that could look at nothing, or were told not to: what they look for may be there or not
 * @param checked how many detectors looked at something
 * @param holderGaps why processes may be missing among those that findings are about; empty when none is
 */
public record Findings(
        List<Finding> raised,
        List<Level> closest,
        List<String> unchecked,
        Set<FindingId> blind,
        int checked,
        String holderGaps) {
    public Findings {
        raised = List.copyOf(raised);
        closest = List.copyOf(closest);
        unchecked = List.copyOf(unchecked);
        blind = Set.copyOf(blind);
    }

    /** The worst of them; null when nothing is wrong. */
    public @Nullable Severity worst() {
        Severity worst = null;
        for (Finding finding : raised) {
            if (worst == null || finding.severity().compareTo(worst) > 0) {
                worst = finding.severity();
            }
        }
        return worst;
    }
}
