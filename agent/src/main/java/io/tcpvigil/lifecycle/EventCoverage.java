// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import java.util.OptionalDouble;

/**
 * How much of one kind of event was seen.
 *
 * @param seen events that the tracker saw
 * @param counted events that the kernel counted in the same time
 */
public record EventCoverage(long seen, long counted) {
    /** Nothing seen, nothing counted. */
    public static final EventCoverage NONE = new EventCoverage(0, 0);

    /**
     * Seen of counted; 1 when nothing was missed. Empty when the kernel counted nothing. A little more than 1 is possible, as
     * dump and counters are not read at the same instant.
     */
    public OptionalDouble ratio() {
        return counted == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) seen / counted);
    }
}
