// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.TcpState;

/** FIN-WAIT-1 that stays: we closed first; the peer does not acknowledge, or has no room for what stands before our FIN. */
final class FinWait1Stuck extends Detector {

    FinWait1Stuck() {
        super(FindingId.FIN_WAIT_1_STUCK);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        int[] all = rows.of(TcpState.FIN_WAIT_1);
        StuckRows stuck = StuckRows.of(now, all);
        out.add(
                Scope.NAMESPACE,
                "FIN-WAIT-1 sockets stuck",
                stuck.rows.length,
                threshold(now),
                StuckRows.CRITICAL,
                () -> stuck.account(now, "FIN-WAIT-1", all.length)
                        .holdersOf(now, stuck.rows, stuck.rows.length)
                        .means(
                                "We have closed, and the peer has not taken what we sent last. Each keeps its buffers, and counts as an orphan when no process holds it.")
                        .remedy(stuck.peersRemedy())
                        .command("tcpvigil snapshot --sockets -p state=fin_wait_1"));
    }
}
