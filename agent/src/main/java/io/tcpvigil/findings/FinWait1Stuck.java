// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.TcpState;

/** FIN-WAIT-1 that stays: we closed first; the peer does not acknowledge, or has no room for what stands before our FIN. */
final class FinWait1Stuck extends Detector {
    private static final String MEANING =
            "We have closed, and the peer has not taken what we sent last. Each keeps its buffers, "
                    + "and counts as an orphan when no process holds it.";

    private final StuckRows stuck = new StuckRows(TcpState.FIN_WAIT_1);

    FinWait1Stuck() {
        super(FindingId.FIN_WAIT_1_STUCK);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        stuck.look(now, rows, threshold(now), MEANING, out);
    }
}
