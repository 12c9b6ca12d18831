// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/** The stack of {@link TransitionProgram}: bytes from FRAME, downwards; 8 bytes each unless said otherwise. */
final class Frame {
    /** The address of the socket: the key of the overflow map. */
    static final int SOCKET = -8;

    static final int NOW = SOCKET - 8;
    /** Nanoseconds in the old state, or all ones. */
    static final int DWELL = NOW - 8;
    /** When the socket began, or 0. */
    static final int BORN = DWELL - 8;
    /** Bits of {@link EventLayout}. */
    static final int LIFE = BORN - 8;

    static final int CONTEXT = LIFE - 8;
    /** The address of what is remembered of the socket, or 0. */
    static final int ENTRY = CONTEXT - 8;

    static final int WHERE = ENTRY - 8;
    /** 4 bytes: the key of an array of one. */
    static final int ZERO_KEY = WHERE - 8;
    /** 2 bytes each, as numbers. */
    static final int LOCAL_PORT = ZERO_KEY - 8;

    static final int REMOTE_PORT = LOCAL_PORT + 2;
    /** 4 bytes: {@link TotalsLayout#portKey}. */
    static final int PORT_KEY = LOCAL_PORT - 8;

    static final int SCRATCH = PORT_KEY - 8;
    /** 32 bytes for a value that goes into a map. */
    static final int VALUE = SCRATCH - 32;
    /** Which counter of a port, in bytes from the first one. */
    static final int PORT_COUNTER = VALUE - 8;

    /** The address of the counters of this CPU. */
    static final int TOTALS = PORT_COUNTER - 8;
    /** The address of the set of the table that the socket belongs to. */
    static final int SET = TOTALS - 8;
    /** Whether ENTRY is in the table. */
    static final int IN_TABLE = SET - 8;
    /** 4 bytes: the number of the set. */
    static final int SET_KEY = IN_TABLE - 8;

    private Frame() {}
}
