// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.TcpState;

/** CLOSING that stays: both closed at once, and our FIN is not acknowledged. */
final class ClosingStuck extends Detector {

    ClosingStuck() {
        super(FindingId.CLOSING_STUCK);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        int[] all = rows.of(TcpState.CLOSING);
        StuckRows stuck = StuckRows.of(now, all);
        out.add(
                Scope.NAMESPACE,
                "CLOSING sockets stuck",
                stuck.rows.length,
                threshold(now),
                StuckRows.CRITICAL,
                () -> stuck.account(now, "CLOSING", all.length)
                        .holdersOf(now, stuck.rows, stuck.rows.length)
                        .means(
                                "Both sides closed at the same moment and the peer's ACK of our FIN does not come: rare, and a sign of loss in one direction.")
                        .remedy(stuck.peersRemedy())
                        .command("tcpvigil snapshot --sockets -p state=closing"));
    }
}
