// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

/**
 * How far something is from where a finding begins.
 *
 * @param what such as {@code TIME-WAIT sockets}
 * @param value how many there are
 * @param limit how many there may be, or from how many on it is a finding
 */
public record Level(FindingId id, Scope scope, String what, double value, double limit, double pressure) {
    /** Such as {@code accept queue of port 80: 3 of 128}. */
    @Override
    public String toString() {
        String whose = scope.name().isEmpty() ? "" : " of " + scope;
        return what + whose + ": " + new Measure("", value, "").text() + " of " + new Measure("", limit, "").text();
    }
}
