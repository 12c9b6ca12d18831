// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.TcpState;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The circumstances of one dump, which its rows do not tell.
 *
 * @param nanos monotonic time at the start of the dump
 * @param states the states that the dump was asked for: what is missing among the rows says something of these only
 * @param intervalNanos how long after the previous dump of these states this one was due, at the stretched rate if it is
 *     stretched. A dump that comes later than {@link #PAUSE_INTERVALS} times that, and by more than {@link
 *     #PAUSE_GRACE_NANOS}, ends a pause in which anything may have happened
 * @param paused whether the caller knows of a pause that the clock does not show, such as a suspended machine
 * @param noNewMinisocks whether it is certain that no socket has gone into an orphaned FIN-WAIT-2 or TIME-WAIT since the dump
 *     before the last, that is whether {@code TW}, {@code TWKilled} and {@code TCPTimeWaitOverflow} stood still; false when
 *     it is not known
 * @param probed what a probe had counted after the dump; null when there is none
 * @param probedBefore the same before the dump, when {@link ConnectionTracker#asksForProbedBefore}
 */
public record Sample(
        long nanos,
        Set<TcpState> states,
        long intervalNanos,
        boolean paused,
        boolean noNewMinisocks,
        @Nullable ProbedTransitions probed,
        @Nullable ProbedTransitions probedBefore) {
    /** From how many missed intervals on the time between two dumps is a pause. */
    public static final int PAUSE_INTERVALS = 4;

    /** What a dump may be late by in any case: 1 s, a long garbage collection or a busy host. */
    public static final long PAUSE_GRACE_NANOS = 1_000_000_000L;

    /** What a full dump covers. The kernel lists nothing that is CLOSED. */
    public static final Set<TcpState> FULL_STATES =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(TcpState.CLOSED)));

    /** What a dump of the fast tier covers. */
    public static final Set<TcpState> FAST_STATES =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(TcpState.CLOSED, TcpState.ESTABLISHED)));

    /** A dump of everything. */
    public static Sample full(long nanos, long intervalNanos) {
        return new Sample(nanos, FULL_STATES, intervalNanos, false, false, null, null);
    }

    /** A dump of everything but ESTABLISHED. */
    public static Sample fast(long nanos, long intervalNanos) {
        return new Sample(nanos, FAST_STATES, intervalNanos, false, false, null, null);
    }

    /** The same, after a pause that the clock does not show. */
    public Sample afterPause() {
        return new Sample(nanos, states, intervalNanos, true, noNewMinisocks, probed, probedBefore);
    }

    /** The same, with the certainty that no socket has become a minisock, or should have. */
    public Sample withoutNewMinisocks() {
        return new Sample(nanos, states, intervalNanos, paused, true, probed, probedBefore);
    }

    /** The same, with what a probe had counted before the dump and after it. */
    public Sample withProbed(@Nullable ProbedTransitions before, @Nullable ProbedTransitions after) {
        return new Sample(nanos, states, intervalNanos, paused, noNewMinisocks, after, before);
    }

    /** Bit n is set when the state with ordinal n is covered. */
    int mask() {
        int mask = 0;
        for (TcpState state : states) {
            mask |= 1 << state.ordinal();
        }
        return mask;
    }

    /** Whether {@code elapsedNanos} since the last such dump were a pause. */
    boolean isPause(long elapsedNanos) {
        return paused || elapsedNanos > PAUSE_INTERVALS * intervalNanos + PAUSE_GRACE_NANOS;
    }
}
