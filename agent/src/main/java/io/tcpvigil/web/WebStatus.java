// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the web server has to say of itself.
 *
 * @param connections clients at present
 * @param dropped clients that lost their connection, by the reason, all reasons present
 * @param errors answers that failed and other defects
 * @param passwordsWrong requests refused for a missing or wrong password
 * @param reloads changed configuration files that were taken over
 * @param failedReloads those that could not be
 */
public record WebStatus(
        int connections,
        SortedMap<String, Long> dropped,
        long errors,
        long passwordsWrong,
        long reloads,
        long failedReloads) {
    public WebStatus {
        dropped = new TreeMap<>(Map.copyOf(dropped));
    }
}
