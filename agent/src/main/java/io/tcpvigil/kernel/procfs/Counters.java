// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counters of the kernel at one moment, by the kernel's names. Which there are differs from one kernel to the next; a
 * name that is not there has no value.
 */
public final class Counters {
    /** Stands for a value that the kernel printed but that cannot be right. */
    static final long UNUSABLE = Long.MIN_VALUE;

    private final Map<String, Integer> positions;
    private final long[] values;

    /**
     * @param positions where in {@code values} each name's value is; never changed afterwards
     */
    Counters(Map<String, Integer> positions, long[] values) {
        this.positions = positions;
        this.values = values;
    }

    /** The value of {@code name}, empty when this kernel has none. A counter may start anew at 0, a gauge goes both ways. */
    public OptionalLong get(String name) {
        Integer position = positions.get(name);
        if (position == null || values[position] == UNUSABLE) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(values[position]);
    }

    /** The names that the kernel has. */
    public Set<String> names() {
        return positions.keySet();
    }

    @Override
    public String toString() {
        Map<String, String> shown = new TreeMap<>();
        for (Map.Entry<String, Integer> each : positions.entrySet()) {
            long value = values[each.getValue()];
            shown.put(each.getKey(), value == UNUSABLE ? "unusable" : Long.toString(value));
        }
        return shown.toString();
    }
}
