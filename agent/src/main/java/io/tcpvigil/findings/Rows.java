// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.Arrays;
import java.util.BitSet;

/** The rows of a table by state, found in one pass; established ones, most of a busy host's, are not told apart. */
final class Rows {
    private static final int[] NONE = {};

    private final int[][] byState = new int[TcpState.values().length][];
    private final int[] counts = new int[byState.length];
    private final BitSet serving = new BitSet();
    private int bound;

    Rows(SocketTable table, PortBreakdown ports) {
        Arrays.fill(byState, NONE);
        for (PortUse use : ports.ports()) {
            serving.set(use.port());
        }
        for (int row = 0; row < table.rows(); row++) {
            TcpState state = table.state(row);
            if (table.kind(row) == SocketKind.BOUND) {
                bound++;
            } else if (state != TcpState.ESTABLISHED) {
                int at = state.ordinal();
                if (counts[at] == byState[at].length) {
                    byState[at] = Arrays.copyOf(byState[at], 16 + 2 * counts[at]);
                }
                byState[at][counts[at]++] = row;
            }
        }
        for (int at = 0; at < counts.length; at++) {
            byState[at] = Arrays.copyOf(byState[at], counts[at]);
        }
    }

    /** The rows in a state other than ESTABLISHED. */
    int[] of(TcpState state) {
        return byState[state.ordinal()];
    }

    /** Sockets that hold a port and are in no state. */
    int bound() {
        return bound;
    }

    /** Whether connections come in on this local port; else those with it went out. */
    boolean serves(int localPort) {
        return serving.get(localPort);
    }
}
