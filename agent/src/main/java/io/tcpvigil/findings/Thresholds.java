// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

/**
 * What no limit of the kernel says.
 *
 * @param stuckMillis from when on a connection counts as forgotten that waits for its application, and hears nothing
 * @param enduranceMillis how long something must last before it is a finding, and be gone before it is none
 * @param forgotten how many forgotten connections are too many
 * @param unanswered how many connections that wait for a dead peer are too many
 */
public record Thresholds(long stuckMillis, long enduranceMillis, int forgotten, int unanswered) {
    /** What is used when nothing is set. */
    public static final Thresholds USUAL = new Thresholds(10_000, 2_000, 10, 5);
}
