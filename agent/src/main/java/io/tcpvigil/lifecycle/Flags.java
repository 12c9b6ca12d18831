// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;

/**
 * The one word of a record that holds all that is small.
 *
 * <pre>
 *  31            24 23            16 15 14 13 12 11 10  9  8 7    6 5    4 3      0
 * +----------------+----------------+-----+--+--+-----+--+--+------+------+--------+
 * | since, bits    | born, bits     |fate |su|de|kind |b |s |first |direc-| state  |
 * | 39-32          | 39-32          |     |  |  |     |  |  |closer|tion  |        |
 * +----------------+----------------+-----+--+--+-----+--+--+------+------+--------+
 * </pre>
 *
 * {@code s}, {@code b}: the time of entry into the state, and of birth, is exact. {@code de}: departed, the state was left
 * unseen. {@code su}: superseded, another connection has taken the 4-tuple.
 */
final class Flags {
    private static final TcpState[] STATES = TcpState.values();
    private static final SocketKind[] KINDS = SocketKind.values();

    static final int SINCE_EXACT = 1 << 8;
    static final int BORN_EXACT = 1 << 9;
    /** Missing from a dump that shows its state, but not every state it can have gone to. */
    static final int DEPARTED = 1 << 12;
    /** Another socket was seen with the same 4-tuple after this one. */
    static final int SUPERSEDED = 1 << 13;

    private static final int STATE_MASK = 0xF;
    private static final int DIRECTION_SHIFT = 4;
    private static final int CLOSER_SHIFT = 6;
    private static final int KIND_SHIFT = 10;
    private static final int FATE_SHIFT = 14;
    private static final int TWO_BITS = 3;

    /** The fate of the full socket: no destroy message has come. */
    static final int FATE_ALIVE = 0;
    /** Destroyed; its last counters do not say how it ended. */
    static final int FATE_DESTROYED = 1;
    /** Destroyed after the peer had acknowledged our FIN. */
    static final int FATE_FIN_ACKED = 2;
    /** The same number, of a socket in SYN-SENT: destroyed without any answer before its SYN was sent again: given up. */
    static final int FATE_GIVEN_UP = 2;
    /** Destroyed with no ACK of a FIN of ours and no retransmission running: not by FINs, not by a time-out. */
    static final int FATE_CUT = 3;

    /**
     * Who sent the first FIN: not seen. In ESTABLISHED, where there was none, these bits hold what the destroy message said:
     * see {@link DestroyedSocket#closer}.
     */
    static final int CLOSER_NONE = 0;

    static final int CLOSER_LOCAL = 1;
    static final int CLOSER_PEER = 2;
    static final int CLOSER_BOTH = 3;

    private Flags() {}

    static int of(TcpState state, SocketKind kind, Direction direction) {
        return state.ordinal() | (direction.ordinal() << DIRECTION_SHIFT) | (kind.ordinal() << KIND_SHIFT);
    }

    static TcpState state(int flags) {
        return STATES[flags & STATE_MASK];
    }

    static int stateOrdinal(int flags) {
        return flags & STATE_MASK;
    }

    static int withState(int flags, TcpState state) {
        return (flags & ~STATE_MASK) | state.ordinal();
    }

    static Direction direction(int flags) {
        return Direction.of((flags >> DIRECTION_SHIFT) & TWO_BITS);
    }

    static int withDirection(int flags, Direction direction) {
        return (flags & ~(TWO_BITS << DIRECTION_SHIFT)) | (direction.ordinal() << DIRECTION_SHIFT);
    }

    static int closer(int flags) {
        return (flags >> CLOSER_SHIFT) & TWO_BITS;
    }

    static int withCloser(int flags, int closer) {
        return (flags & ~(TWO_BITS << CLOSER_SHIFT)) | (closer << CLOSER_SHIFT);
    }

    static SocketKind kind(int flags) {
        return KINDS[(flags >> KIND_SHIFT) & TWO_BITS];
    }

    static int withKind(int flags, SocketKind kind) {
        return (flags & ~(TWO_BITS << KIND_SHIFT)) | (kind.ordinal() << KIND_SHIFT);
    }

    static int fate(int flags) {
        return (flags >> FATE_SHIFT) & TWO_BITS;
    }

    static int withFate(int flags, int fate) {
        return (flags & ~(TWO_BITS << FATE_SHIFT)) | (fate << FATE_SHIFT);
    }

    static boolean has(int flags, int bit) {
        return (flags & bit) != 0;
    }

    /** Notes who closed first, as far as being in {@code state} shows it and nothing seen before does. */
    static int withCloserOf(int flags, TcpState state) {
        int shown = switch (state) {
            case FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT -> CLOSER_LOCAL;
            case CLOSE_WAIT, LAST_ACK -> CLOSER_PEER;
            case CLOSING -> CLOSER_BOTH;
            case LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, CLOSED -> CLOSER_NONE;
        };
        return closer(flags) == CLOSER_NONE || shown == CLOSER_BOTH ? withCloser(flags, shown) : flags;
    }

    /** The state before, as {@link Inference} asks for it. */
    static int origin(int flags) {
        return state(flags) == TcpState.SYN_RECEIVED && kind(flags) == SocketKind.FULL
                ? Inference.FULL_SYN_RECEIVED
                : stateOrdinal(flags);
    }
}
