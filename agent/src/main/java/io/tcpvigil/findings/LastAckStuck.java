// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.TcpState;

/** LAST-ACK that stays: we closed second, and our FIN is not acknowledged. */
final class LastAckStuck extends Detector {

    LastAckStuck() {
        super(FindingId.LAST_ACK_STUCK);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        int[] all = rows.of(TcpState.LAST_ACK);
        StuckRows stuck = StuckRows.of(now, all);
        out.add(
                Scope.NAMESPACE,
                "LAST-ACK sockets stuck",
                stuck.rows.length,
                threshold(now),
                StuckRows.CRITICAL,
                () -> stuck.account(now, "LAST-ACK", all.length)
                        .holdersOf(now, stuck.rows, stuck.rows.length)
                        .means(
                                "Peer and we have closed, and the last ACK does not come. The kernel sends the FIN up to 8 times (net.ipv4.tcp_orphan_retries); until then each is an orphan with its memory.")
                        .remedy(stuck.peersRemedy())
                        .command("tcpvigil snapshot --sockets -p state=last_ack"));
    }
}
