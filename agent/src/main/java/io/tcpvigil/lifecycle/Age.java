// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * How long something has lasted, as of the last dump that showed it.
 *
 * @param exact whether its beginning was seen, to within one interval of sampling; else it has lasted at least this long
 */
public record Age(long millis, boolean exact) {
    /** In whole and broken seconds. */
    public double seconds() {
        return millis / 1000.0;
    }
}
