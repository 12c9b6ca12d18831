// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What two looks at a connection say of the steps between them, worked out once for every pair of states.
 *
 * <p>One legal step apart, and no other way leads there: that step, {@link Evidence#OBSERVED}. Further apart, a step is
 * {@link Evidence#INFERRED} only when <em>every</em> legal way takes it, also the longer ones. A stretch between two states
 * that all ways pass through, but differently, is one {@link Evidence#AMBIGUOUS} step. So is FIN-WAIT-1 to TIME-WAIT, seen
 * one after the other or not: the step exists, but the usual close passes through FIN-WAIT-2 between two looks.
 *
 * <p>One exception: SYN-SENT and then ESTABLISHED is taken for the one step, although SYNs that cross go through
 * SYN-RECEIVED. They hardly ever do, and every connection that we open would be ambiguous for it.
 *
 * <p>Two shortcuts of RFC 9293 are left out, SYN-RECEIVED to FIN-WAIT-1 and to CLOSE-WAIT, unless the socket was seen in
 * SYN-RECEIVED as a full one: the child of a request socket enters ESTABLISHED in the same soft interrupt ({@code
 * tcp_rcv_state_process}), whatever follows. Only Fast Open and crossed SYNs make full sockets in that state.
 */
final class Inference {
    private static final TcpState[] STATES = TcpState.values();
    private static final Evidence[] EVIDENCE = Evidence.values();

    /** As the state before: it is not known who opened the connection. The first step is counted from CLOSED. */
    static final int UNKNOWN_ORIGIN = STATES.length;

    /** As the state before: SYN-RECEIVED, seen as a full socket. */
    static final int FULL_SYN_RECEIVED = STATES.length + 1;

    private static final int ORIGINS = STATES.length + 2;
    private static final int[] NO_WAY = {};

    /** By origin and state; each step packed, see {@link #pack}. */
    private static final int[][][] STEPS = new int[ORIGINS][STATES.length][];

    static {
        for (int origin = 0; origin < ORIGINS; origin++) {
            for (TcpState to : STATES) {
                STEPS[origin][to.ordinal()] = work(origin, to);
            }
        }
    }

    private Inference() {}

    /**
     * The steps from {@code origin} (the ordinal of a state, or one of the two constants above) to the state with ordinal
     * {@code to}; empty when no legal way leads there. Shared: not to be changed.
     */
    static int[] steps(int origin, int to) {
        return STEPS[origin][to];
    }

    static int from(int step) {
        return step & 0xF;
    }

    static int to(int step) {
        return (step >> 4) & 0xF;
    }

    static Evidence evidence(int step) {
        return EVIDENCE[step >> 8];
    }

    private static int pack(TcpState from, TcpState to, Evidence evidence) {
        return from.ordinal() | (to.ordinal() << 4) | (evidence.ordinal() << 8);
    }

    private static int[] work(int origin, TcpState to) {
        List<List<TcpState>> ways = new ArrayList<>();
        boolean fullSynReceived = origin == FULL_SYN_RECEIVED;
        if (origin == UNKNOWN_ORIGIN) {
            collect(List.of(TcpState.LISTEN), to, false, ways);
            collect(List.of(TcpState.CLOSED), to, false, ways);
        } else {
            collect(List.of(start(origin)), to, fullSynReceived, ways);
        }
        if (ways.isEmpty()) {
            return NO_WAY;
        }
        for (List<TcpState> way : ways) {
            if (way.size() == 2 && origin != UNKNOWN_ORIGIN) {
                boolean only = ways.stream().allMatch(other -> other.size() == 2 || crossesSyns(other));
                return new int[] {pack(way.get(0), to, only ? Evidence.OBSERVED : Evidence.AMBIGUOUS)};
            }
        }
        return shared(start(origin), ways);
    }

    private static boolean crossesSyns(List<TcpState> way) {
        return way.get(0) == TcpState.SYN_SENT && way.get(1) == TcpState.SYN_RECEIVED;
    }

    private static TcpState start(int origin) {
        if (origin == FULL_SYN_RECEIVED) {
            return TcpState.SYN_RECEIVED;
        }
        return origin == UNKNOWN_ORIGIN ? TcpState.CLOSED : STATES[origin];
    }

    /** Adds every way that goes on from {@code path} to {@code to} within the life of one connection. */
    private static void collect(List<TcpState> path, TcpState to, boolean fullSynReceived, List<List<TcpState>> ways) {
        TcpState last = path.get(path.size() - 1);
        for (TcpState next : STATES) {
            if (!isStep(last, next, fullSynReceived) || path.contains(next)) {
                continue;
            }
            List<TcpState> longer = new ArrayList<>(path);
            longer.add(next);
            if (next == to) {
                ways.add(longer);
            } else if (next != TcpState.CLOSED && next != TcpState.LISTEN) {
                collect(longer, to, fullSynReceived, ways);
            }
        }
    }

    private static boolean isStep(TcpState from, TcpState to, boolean fullSynReceived) {
        if (!StateMachine.isLegal(from, to) || (from == TcpState.TIME_WAIT && to == TcpState.SYN_RECEIVED)) {
            return false;
        }
        boolean shortcut = from == TcpState.SYN_RECEIVED && (to == TcpState.FIN_WAIT_1 || to == TcpState.CLOSE_WAIT);
        return fullSynReceived || !shortcut;
    }

    /** From one state that all ways pass through to the next: a step if all take it, else a stretch. */
    private static int[] shared(TcpState start, List<List<TcpState>> ways) {
        List<TcpState> first = ways.get(0);
        int[] steps = new int[first.size() - 1];
        int count = 0;
        TcpState at = start;
        for (TcpState next : first.subList(1, first.size())) {
            if (ways.stream().allMatch(way -> way.contains(next))) {
                Evidence evidence = allTake(at, next, ways) ? Evidence.INFERRED : Evidence.AMBIGUOUS;
                steps[count++] = pack(at, next, evidence);
                at = next;
            }
        }
        return Arrays.copyOf(steps, count);
    }

    private static boolean allTake(TcpState from, TcpState to, List<List<TcpState>> ways) {
        for (List<TcpState> way : ways) {
            int at = way.indexOf(from);
            if (at < 0 || at + 1 == way.size() || way.get(at + 1) != to) {
                return false;
            }
        }
        return true;
    }
}
