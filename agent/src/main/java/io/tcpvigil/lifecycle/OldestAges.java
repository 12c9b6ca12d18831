// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.TcpState;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** Per state the earliest entry among the connections that are in it. A state that a dump does not show keeps its own. */
final class OldestAges {
    private static final TcpState[] STATES = TcpState.values();
    private static final long NONE = Long.MAX_VALUE;

    private final long[] earliest = new long[STATES.length];
    private final boolean[] exact = new boolean[STATES.length];
    private final long[] publishedEarliest = new long[STATES.length];
    private final boolean[] publishedExact = new boolean[STATES.length];

    OldestAges() {
        Arrays.fill(publishedEarliest, NONE);
    }

    void startDump() {
        Arrays.fill(earliest, NONE);
    }

    void see(int state, long since, boolean isExact) {
        if (since < earliest[state]) {
            earliest[state] = since;
            exact[state] = isExact;
        }
    }

    /** The dump was complete: what it saw holds for the states that it covers. */
    void complete(Timeline time) {
        for (TcpState state : STATES) {
            if (time.covers(state)) {
                publishedEarliest[state.ordinal()] = earliest[state.ordinal()];
                publishedExact[state.ordinal()] = exact[state.ordinal()];
            }
        }
    }

    Map<TcpState, Age> ages(Timeline time) {
        Map<TcpState, Age> ages = new EnumMap<>(TcpState.class);
        for (TcpState state : STATES) {
            long since = publishedEarliest[state.ordinal()];
            if (since != NONE) {
                ages.put(state, new Age(time.lastLook(state) - since, publishedExact[state.ordinal()]));
            }
        }
        return ages;
    }
}
