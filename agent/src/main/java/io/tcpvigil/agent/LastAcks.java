// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.Arrays;
import java.util.EnumSet;

/**
 * Asks when peers of half-closed connections last answered, which tells those in use from those forgotten. With it a dump of all
 * sockets takes several times as long; of the states CLOSE-WAIT and FIN-WAIT-2 alone, and only when so many wait there that
 * somebody may have forgotten them, it costs a walk of the kernel's table. Keeps its arrays; not thread-safe.
 */
final class LastAcks {
    private static final SocketQuery HALF_CLOSED =
            new SocketQuery(EnumSet.of(TcpState.CLOSE_WAIT, TcpState.FIN_WAIT_2), false, true, SocketFilter.ALL);

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final SocketTable answers = new SocketTable();
    /** Rows of {@link #answers} by cookie, plus one; open addressing. */
    private int[] slots = new int[64];

    /** Completes the rows of {@code table} when at least so many of them can have been forgotten. */
    void complete(SocketTable table, SourceChoice sources, double atLeast) {
        int waiting = 0;
        for (int row = 0; row < table.rows(); row++) {
            waiting += isAsked(table, row) ? 1 : 0;
        }
        if (waiting < atLeast) {
            return;
        }
        sources.dump(HALF_CLOSED, answers);
        index();
        for (int row = 0; row < table.rows(); row++) {
            if (isAsked(table, row)) {
                int answer = slots[slot(table.cookie(row))] - 1;
                if (answer >= 0) {
                    table.lastAckReceivedMillis(row, answers.lastAckReceivedMillis(answer));
                }
            }
        }
    }

    private static boolean isAsked(SocketTable table, int row) {
        return HALF_CLOSED.states().contains(table.state(row))
                && table.kind(row) == SocketKind.FULL
                && table.lastAckReceivedMillis(row) == SocketTable.UNKNOWN;
    }

    private void index() {
        if (2 * answers.rows() >= slots.length) {
            slots = new int[2 * Integer.highestOneBit(2 * answers.rows())];
        }
        Arrays.fill(slots, 0);
        for (int row = 0; row < answers.rows(); row++) {
            if (answers.cookie(row) != 0) {
                slots[slot(answers.cookie(row))] = row + 1;
            }
        }
    }

    /** Where the row with this cookie stands, or would. */
    private int slot(long cookie) {
        int mask = slots.length - 1;
        int slot = (int) ((cookie * SPREAD) >>> 32) & mask;
        while (slots[slot] != 0 && answers.cookie(slots[slot] - 1) != cookie) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
