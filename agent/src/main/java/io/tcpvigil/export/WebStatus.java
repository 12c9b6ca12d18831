// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the web server has to say of itself. All reasons are always there.
 *
 * @param connections clients at present
 * @param dropped clients that lost their connection, by the reason
 * @param refused requests that were answered with no more than a refusal for want of a password or a place, by the reason
 * @param errors answers that failed and other defects
 * @param config what became of reading the file with certificates and passwords
 */
public record WebStatus(
        int connections, SortedMap<String, Long> dropped, SortedMap<String, Long> refused, long errors, Config config) {
    public WebStatus {
        dropped = new TreeMap<>(Map.copyOf(dropped));
        refused = new TreeMap<>(Map.copyOf(refused));
    }

    /**
     * What became of a file that is read again when it changes.
     *
     * @param reloads changed files that were taken over
     * @param failedReloads those that could not be
     * @param inForce whether the file as it was last read is in force; true without a file
     * @param takenSeconds when the one in force was taken, since 1970
     */
    public record Config(long reloads, long failedReloads, boolean inForce, long takenSeconds) {}
}
