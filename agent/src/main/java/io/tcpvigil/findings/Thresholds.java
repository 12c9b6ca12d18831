// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * From when on something is a finding. Where the kernel has a limit, the threshold is a share of it.
 *
 * @param stuckMillis from when on a connection counts as forgotten that waits for its application, and hears nothing
 * @param enduranceMillis how long something must last before it is a finding, and be gone before it is none
 * @param numbers the thresholds that differ from {@link FindingId#usualThreshold}, on the scale of each
 * @param off what is not looked for
 */
public record Thresholds(long stuckMillis, long enduranceMillis, Map<FindingId, Double> numbers, Set<FindingId> off) {
    /** What is used when nothing is set. */
    public static final Thresholds USUAL = new Thresholds(10_000, 2_000, Map.of(), Set.of());

    public Thresholds {
        numbers = Map.copyOf(numbers);
        off = Set.copyOf(off);
        numbers.forEach((id, number) -> {
            if (!(number > 0)) {
                throw new IllegalArgumentException(id + " from " + number);
            }
        });
    }

    /** From which number on it is a finding. */
    public double of(FindingId id) {
        return numbers.getOrDefault(id, id.usualThreshold());
    }

    public Thresholds withStuckMillis(long millis) {
        return new Thresholds(millis, enduranceMillis, numbers, off);
    }

    public Thresholds withEnduranceMillis(long millis) {
        return new Thresholds(stuckMillis, millis, numbers, off);
    }

    /** With another number for one of them. */
    public Thresholds with(FindingId id, double number) {
        Map<FindingId, Double> changed = new HashMap<>(numbers);
        changed.put(id, number);
        return new Thresholds(stuckMillis, enduranceMillis, changed, off);
    }
}
