// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import java.util.Arrays;
import java.util.OptionalLong;

/** How often each {@link KernelEvent} has happened since the network namespace was made, at one moment. Immutable. */
public final class KernelEvents {
    private static final long UNKNOWN = -1;
    private static final KernelEvent[] ALL = KernelEvent.values();

    /** No counter could be read. */
    public static final KernelEvents NONE = new KernelEvents(new Builder());

    private final long[] counts;

    private KernelEvents(Builder builder) {
        counts = builder.counts.clone();
    }

    /** What is known so far, while it is read. */
    public static final class Builder {
        private final long[] counts = new long[ALL.length];

        public Builder() {
            Arrays.fill(counts, UNKNOWN);
        }

        /** Sets a count; a kernel that has no such counter leaves it unknown. */
        public Builder put(KernelEvent event, OptionalLong count) {
            counts[event.ordinal()] = count.orElse(UNKNOWN);
            return this;
        }

        public KernelEvents build() {
            return new KernelEvents(this);
        }
    }

    /** The count; empty when this kernel has none, or it could not be read. */
    public OptionalLong get(KernelEvent event) {
        long count = counts[event.ordinal()];
        return count == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(count);
    }

    /** What was counted since {@code before}; empty when either is unknown, or the counter began anew in between. */
    public OptionalLong since(KernelEvents before, KernelEvent event) {
        long from = before.counts[event.ordinal()];
        long to = counts[event.ordinal()];
        return from == UNKNOWN || to < from ? OptionalLong.empty() : OptionalLong.of(to - from);
    }
}
