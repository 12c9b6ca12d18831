// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.TcpState;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * When which states were last looked at, and what follows from it for a connection that is there or not.
 *
 * <p>Times are ticks: milliseconds since 49 days before the first dump, so that what had begun by then has a tick too.
 */
final class Timeline {
    private static final TcpState[] STATES = TcpState.values();
    private static final long NANOS_PER_TICK = 1_000_000L;
    private static final long FIRST_TICK = 1L << 32;
    private static final long NEVER = -1;

    /** What a connection can be in: not LISTEN, not CLOSED. */
    private static final int CONNECTION_STATES =
            ((1 << STATES.length) - 1) & ~((1 << TcpState.LISTEN.ordinal()) | (1 << TcpState.CLOSED.ordinal()));

    private static final int MINISOCK_STATES =
            (1 << TcpState.FIN_WAIT_2.ordinal()) | (1 << TcpState.TIME_WAIT.ordinal());

    /** By state: from which states a connection can have come to it, itself included. */
    private static final int[] BEFORE = new int[STATES.length];
    /** By state: in which states a connection can be later, itself included. */
    private static final int[] AFTER = new int[STATES.length];

    static {
        for (TcpState from : STATES) {
            for (TcpState to : STATES) {
                if (from == to || Inference.steps(from.ordinal(), to.ordinal()).length > 0) {
                    BEFORE[to.ordinal()] |= (1 << from.ordinal()) & CONNECTION_STATES;
                    AFTER[from.ordinal()] |= (1 << to.ordinal()) & CONNECTION_STATES;
                }
            }
        }
    }

    private boolean started;
    private long originNanos;
    private long lastNanos;
    private long now = FIRST_TICK;
    private long lastFull = NEVER;
    private final long[] lastCovered = new long[STATES.length];
    /** States of which there was a complete look with no pause since. */
    private int known;

    private int covered;
    private boolean pause;
    private long intervalTicks;

    Timeline() {
        Arrays.fill(lastCovered, NEVER);
    }

    /** Whether a dump of this time comes after one that was taken later. */
    boolean isLate(long nanos) {
        return started && nanos - lastNanos < 0;
    }

    /** Starts a dump, which may turn out partial; whether there was a pause that was not known of. */
    boolean begin(Sample sample) {
        if (!started) {
            started = true;
            originNanos = sample.nanos();
        }
        lastNanos = sample.nanos();
        now = tick(sample.nanos());
        covered = sample.mask();
        intervalTicks = sample.intervalNanos() / NANOS_PER_TICK;
        int before = known;
        if (sample.paused()) {
            known = 0;
        }
        pause = false;
        for (int state = 0; state < STATES.length; state++) {
            int bit = 1 << state;
            if ((covered & bit) != 0 && lastCovered[state] != NEVER) {
                if (sample.isPause((now - lastCovered[state]) * NANOS_PER_TICK)) {
                    known &= ~bit;
                }
                // A partial dump does not end a pause.
                pause |= (known & bit) == 0;
            }
        }
        return known != before;
    }

    /** The dump at hand has ended, and is complete. */
    void complete() {
        for (int state = 0; state < STATES.length; state++) {
            if ((covered & (1 << state)) != 0) {
                lastCovered[state] = now;
            }
        }
        known |= covered;
        if (coversEverything()) {
            lastFull = now;
        }
    }

    long tick(long nanos) {
        return Math.max(0, (nanos - originNanos) / NANOS_PER_TICK + FIRST_TICK);
    }

    /** The time of the dump at hand, or of the last one. */
    long now() {
        return now;
    }

    boolean isStarted() {
        return started;
    }

    /** Nanoseconds of the last dump, as they were given. */
    long nanos() {
        return lastNanos;
    }

    /** Whether the dump at hand comes after a pause. */
    boolean isAfterPause() {
        return pause;
    }

    /** How far apart dumps such as the one at hand are meant to be. */
    long intervalTicks() {
        return intervalTicks;
    }

    boolean covers(TcpState state) {
        return (covered & (1 << state.ordinal())) != 0;
    }

    boolean coversEverything() {
        return (covered & CONNECTION_STATES) == CONNECTION_STATES;
    }

    boolean coversMinisocks() {
        return (covered & MINISOCK_STATES) == MINISOCK_STATES;
    }

    /** Whether a connection that is not in the dump, and was in this state, can be in no other state. */
    boolean coversAllAfter(TcpState state) {
        return (AFTER[state.ordinal()] & ~covered) == 0;
    }

    /**
     * Whether a connection that shows up in this state must have begun since we looked: every state that it can have come
     * through was looked at, and it was in none.
     */
    boolean isNewIn(TcpState state) {
        return (BEFORE[state.ordinal()] & ~known) == 0;
    }

    /** When a complete dump before the one at hand last showed this state; 0 if none did. */
    long lastLook(TcpState state) {
        return Math.max(0, lastCovered[state.ordinal()]);
    }

    /** The states that a complete dump has shown, however long ago. */
    Set<TcpState> shown() {
        Set<TcpState> shown = EnumSet.noneOf(TcpState.class);
        for (TcpState state : STATES) {
            if (lastCovered[state.ordinal()] != NEVER) {
                shown.add(state);
            }
        }
        return shown;
    }

    /** When the last complete dump of every state was taken; negative if there was none, or a pause since. */
    long lastFull() {
        return (CONNECTION_STATES & ~known) == 0 ? lastFull : NEVER;
    }
}
