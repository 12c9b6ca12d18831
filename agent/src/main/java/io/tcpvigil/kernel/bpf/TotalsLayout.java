// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/**
 * The one value of the totals map, for each CPU: three blocks in the order of {@link Where}, each of 64-bit counters, whose
 * offsets are in bytes from the start of the block; then the busy ports. All fits the 32 KiB that a per-CPU value may have.
 */
final class TotalsLayout {
    /** The kernel's numbers of states go to 13. */
    static final int STATES = 16;

    /** Times from 2^i to 2^(i+1) ns each; the last one is 39 hours and more. */
    static final int DWELL_BUCKETS = 48;

    /** {@code [old][new]}. */
    static final int COUNTS_OFFSET = 0;
    /** {@code [state][bucket]}. */
    static final int DWELL_OFFSET = COUNTS_OFFSET + 8 * STATES * STATES;
    /** {@code [state]}, nanoseconds. */
    static final int DWELL_SUM_OFFSET = DWELL_OFFSET + 8 * STATES * DWELL_BUCKETS;
    /** {@code [direction]}, 0 unknown, 1 inbound, 2 outbound; one more slot makes the index two bits. */
    static final int OPENED_OFFSET = DWELL_SUM_OFFSET + 8 * STATES;

    static final int CLOSED_OFFSET = OPENED_OFFSET + 8 * 4;
    static final int FAILED_OFFSET = CLOSED_OFFSET + 8 * 4;
    static final int NO_PORT_OFFSET = FAILED_OFFSET + 8;
    static final int SOCKETS_LOST_OFFSET = NO_PORT_OFFSET + 8;
    static final int PORTS_LOST_OFFSET = SOCKETS_LOST_OFFSET + 8;
    static final int EVENTS_LOST_OFFSET = PORTS_LOST_OFFSET + 8;
    static final int BLOCK_BYTES = EVENTS_LOST_OFFSET + 8;

    static final int BLOCKS = 3;

    /**
     * Counters of a port: opened, closed, failed, no free port.
     */
    static final int PORT_BYTES = 32;

    static final int PORT_OPENED = 0;
    static final int PORT_CLOSED = 8;
    static final int PORT_FAILED = 16;
    static final int PORT_NO_PORT = 24;

    /**
     * Slots for ports: the first port that a slot is for has it for good, those that come later are in the map. It spares
     * the busy ones the search in the map, and CPUs the quarrel about its counters.
     */
    static final int BUSY_BITS = 6;

    static final int BUSY_OFFSET = BLOCKS * BLOCK_BYTES;
    /** u64 key, 0 of a free slot; counters. */
    static final int BUSY_COUNTERS_OFFSET = 8;

    static final int BUSY_BYTES = BUSY_COUNTERS_OFFSET + PORT_BYTES;
    static final int BYTES = BUSY_OFFSET + (BUSY_BYTES << BUSY_BITS);

    /**
     * A port as the program numbers it, never 0.
     *
     * @param where ordinal of {@link Where}
     * @param direction 1 inbound, 2 outbound
     */
    static int portKey(int where, int direction, int port) {
        return port << PORT_SHIFT | direction << DIRECTION_SHIFT | where;
    }

    static final int DIRECTION_SHIFT = 8;
    static final int PORT_SHIFT = 16;

    private TotalsLayout() {}
}
