// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.TcpState;

/** LAST-ACK that stays: we closed second, and our FIN is not acknowledged. */
final class LastAckStuck extends Detector {
    private static final String MEANING =
            "Peer and we have closed, and the last ACK does not come. The kernel sends the FIN up to "
                    + "8 times (net.ipv4.tcp_orphan_retries); until then each is an orphan with its memory.";

    private final StuckRows stuck = new StuckRows(TcpState.LAST_ACK);

    LastAckStuck() {
        super(FindingId.LAST_ACK_STUCK);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        stuck.look(now, rows, threshold(now), MEANING, out);
    }
}
