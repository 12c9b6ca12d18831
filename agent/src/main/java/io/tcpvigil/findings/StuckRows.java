// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/** What the states have in common in which our FIN is not acknowledged: who the peers are, and what the timers do. */
final class StuckRows {
    /** Kernel timer code of a zero-window probe. */
    private static final int PROBE_TIMER = 4;
    /** A FIN that was lost once is sent again within a round trip or two; a second time it is not by chance. */
    private static final int RETRIES = 2;

    private static final double CRITICAL = 100;

    private final TcpState state;
    private final RowList stuck = new RowList();
    private final Groups peers = new Groups();

    StuckRows(TcpState state) {
        this.state = state;
    }

    /**
     * Reads those in the state whose FIN was sent again and again, or whose peer has no room for what stands before it.
     *
     * @param meaning what that says
     */
    void look(Observation now, Rows rows, double threshold, String meaning, Readings out) {
        SocketTable table = now.table();
        RowList all = rows.of(state);
        stuck.clear();
        for (int i = 0; i < all.size(); i++) {
            int row = all.get(i);
            boolean old = now.stateMillis(row) >= now.thresholds().stuckMillis();
            if (table.retransmits(row) >= RETRIES || (isProbing(table, row) && old)) {
                stuck.add(row);
            }
        }
        out.add(
                Scope.NAMESPACE,
                state.displayName() + " sockets stuck",
                stuck.size(),
                threshold,
                CRITICAL,
                () -> account(now, rows, all.size()).means(meaning));
    }

    private static boolean isProbing(SocketTable table, int row) {
        return table.timer(row) == PROBE_TIMER;
    }

    private Account account(Observation now, Rows rows, int all) {
        SocketTable table = now.table();
        peers.byPeer(table, stuck);
        Group worst = worstPeer();
        int ofWorst = worst == null ? 0 : worst.size();
        int closedWindow = stuck.count(row -> isProbing(table, row));
        int most = 0;
        for (int i = 0; i < stuck.size(); i++) {
            most = Math.max(most, table.retransmits(stuck.get(i)));
        }
        return new Account(
                        stuck.size(),
                        stuck.size() + " stuck in " + state.displayName() + ": peers do not acknowledge our FIN")
                .measure("in_state", all, Measure.DUMP)
                .measure("stuck", stuck.size(), Measure.DUMP + ", retransmits")
                .measure("closed_window", closedWindow, Measure.DUMP + ", timer")
                .measure("most_tries", most, Measure.DUMP + ", retransmits")
                .measure("of_worst_peer", ofWorst, Measure.DUMP)
                .measure("orphans_of_host", now.usage().orphans().orElse(-1), "/proc/net/sockstat orphan")
                .holdersOf(now, stuck)
                .portsOf(rows, table, stuck)
                .remedy(remedy(table, worst, closedWindow))
                .command("tcpvigil snapshot --sockets -p state=" + state.label());
    }

    /** Null when none is stuck any more. */
    private @Nullable Group worstPeer() {
        Group worst = null;
        for (int i = 0; i < peers.count(); i++) {
            if (worst == null || peers.get(i).size() > worst.size()) {
                worst = peers.get(i);
            }
        }
        return worst;
    }

    /** What is wrong with the peers, as far as the timers tell. */
    private String remedy(SocketTable table, @Nullable Group worst, int closedWindow) {
        String where = worst != null && worst.size() * 2 > stuck.size()
                ? " Most of them are to " + worst.peer(table) + "."
                : " They are spread over many peers: look at what they have in common (a link, a NAT, a firewall).";
        return 2 * closedWindow > stuck.size()
                ? "The peers are alive and take no data: their applications do not read." + where
                : "The peers are gone, or something on the way forgot the connection and drops what belongs to it."
                        + where;
    }
}
