// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** How fast the counts of a bounded number of things have grown over the last minutes. */
final class Growth {
    private static final int MOST_THINGS = 256;
    private static final int MOST_LOOKS = 32;
    private static final double NANOS = 1e9;

    private final Map<Scope, Deque<long[]>> counts = new HashMap<>();
    private long last;

    /** Takes in a count; gives how much it grew in a second since the first look that is remembered, 0 when it did not. */
    double add(Scope scope, long nanos, long count) {
        if (nanos != last) {
            long before = last;
            counts.values().removeIf(each -> each.getLast()[0] < before);
            last = nanos;
        }
        Deque<long[]> looks = counts.get(scope);
        if (looks == null) {
            if (counts.size() == MOST_THINGS) {
                return 0;
            }
            looks = new ArrayDeque<>();
            counts.put(scope, looks);
        }
        looks.addLast(new long[] {nanos, count});
        if (looks.size() > MOST_LOOKS) {
            looks.removeFirst();
        }
        long[] first = looks.getFirst();
        return nanos == first[0] ? 0 : Math.max(0, (count - first[1]) * NANOS / (nanos - first[0]));
    }
}
