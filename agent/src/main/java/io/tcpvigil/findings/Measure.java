// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

/**
 * A number that a finding rests on.
 *
 * @param name in snake case, with its unit
 * @param source where it was read: a file, a counter, a setting, or the dump of sockets
 */
public record Measure(String name, double value, String source) {
    /** Where rows of sockets come from. */
    static final String DUMP = "socket table";
    /** What was worked out from looks at different times. */
    static final String LOOKS = "looks compared";

    /** The value without a needless point: {@code 12}, {@code 0.25}. */
    public String text() {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(Math.round(value * 1000) / 1000.0);
    }
}
