// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortUse;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.BitSet;

/** The rows of a table by state, found in one pass; established ones, most of a busy host's, are not told apart. */
final class Rows {
    private final RowList[] byState = new RowList[TcpState.values().length];
    private final BitSet serving = new BitSet();
    private int bound;

    Rows() {
        for (int at = 0; at < byState.length; at++) {
            byState[at] = new RowList();
        }
    }

    /** Forgets the last table and takes this one in. */
    void take(SocketTable table, PortBreakdown ports) {
        for (RowList each : byState) {
            each.clear();
        }
        bound = 0;
        serving.clear();
        for (PortUse use : ports.ports()) {
            serving.set(use.port());
        }
        for (int row = 0; row < table.rows(); row++) {
            TcpState state = table.state(row);
            if (table.kind(row) == SocketKind.BOUND) {
                bound++;
            } else if (state != TcpState.ESTABLISHED) {
                byState[state.ordinal()].add(row);
            }
        }
    }

    /** The rows in a state other than ESTABLISHED. */
    RowList of(TcpState state) {
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
