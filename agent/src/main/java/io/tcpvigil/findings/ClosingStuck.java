// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.TcpState;

/** CLOSING that stays: both closed at once, and our FIN is not acknowledged. */
final class ClosingStuck extends Detector {
    private static final String MEANING =
            "Both sides closed at the same moment and the peer's ACK of our FIN does not come: rare, "
                    + "and a sign of loss in one direction.";

    private final StuckRows stuck = new StuckRows(TcpState.CLOSING);

    ClosingStuck() {
        super(FindingId.CLOSING_STUCK);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        stuck.look(now, rows, threshold(now), MEANING, out);
    }
}
