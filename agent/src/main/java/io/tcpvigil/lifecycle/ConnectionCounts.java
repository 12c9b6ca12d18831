// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import java.util.Arrays;

/**
 * Connections that came and went since the tracker began. All that came are either still there or went: {@code opened +
 * preexisting == live + closed}. Immutable.
 */
public final class ConnectionCounts {
    private static final Direction[] DIRECTIONS = Direction.values();
    private static final EndedBy[] ENDS = EndedBy.values();

    private final long[] opened;
    private final long[] closed;
    private final long preexisting;

    private ConnectionCounts(long[] opened, long[] closed, long preexisting) {
        this.opened = opened;
        this.closed = closed;
        this.preexisting = preexisting;
    }

    /** Connections that began while we looked, attempts that failed included. */
    public long opened(Direction direction) {
        return opened[direction.ordinal()];
    }

    public long opened() {
        return sum(opened);
    }

    /** Connections that are gone, those that were there before we looked included. */
    public long closed(Direction direction, EndedBy endedBy) {
        return closed[index(direction, endedBy)];
    }

    public long closed(EndedBy endedBy) {
        long sum = 0;
        for (Direction each : DIRECTIONS) {
            sum += closed(each, endedBy);
        }
        return sum;
    }

    public long closed() {
        return sum(closed);
    }

    /** Connections that were already there at the first look, or at the first after a pause. */
    public long preexisting() {
        return preexisting;
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long each : counts) {
            sum += each;
        }
        return sum;
    }

    static int index(Direction direction, EndedBy endedBy) {
        return direction.ordinal() * ENDS.length + endedBy.ordinal();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConnectionCounts that
                && Arrays.equals(opened, that.opened)
                && Arrays.equals(closed, that.closed)
                && preexisting == that.preexisting;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(opened) + Arrays.hashCode(closed)) + Long.hashCode(preexisting);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{preexisting=").append(preexisting);
        for (Direction direction : DIRECTIONS) {
            text.append(", opened ").append(direction.label()).append('=').append(opened(direction));
            for (EndedBy end : ENDS) {
                if (closed(direction, end) > 0) {
                    text.append(", closed ").append(direction.label()).append(" by ");
                    text.append(end.label()).append('=').append(closed(direction, end));
                }
            }
        }
        return text.append('}').toString();
    }

    /** Counts up; not thread-safe. */
    static final class Tally {
        private final long[] opened = new long[DIRECTIONS.length];
        private final long[] closed = new long[DIRECTIONS.length * ENDS.length];
        private long preexisting;

        void opened(Direction direction) {
            opened[direction.ordinal()]++;
        }

        void closed(Direction direction, EndedBy endedBy) {
            closed[index(direction, endedBy)]++;
        }

        void preexisting() {
            preexisting++;
        }

        ConnectionCounts snapshot() {
            return new ConnectionCounts(opened.clone(), closed.clone(), preexisting);
        }
    }
}
