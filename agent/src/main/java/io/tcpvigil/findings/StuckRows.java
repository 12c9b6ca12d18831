// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketTable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What the states have in common in which our FIN is not acknowledged: who the peers are, and what the timers do. */
final class StuckRows {
    /** Kernel timer code of a zero-window probe. */
    private static final int PROBE_TIMER = 4;
    /** A FIN that was lost once is sent again within a round trip or two; a second time it is not by chance. */
    private static final int RETRIES = 2;

    static final double CRITICAL = 100;

    final int[] rows;
    final int closedWindow;
    final IpAddress worstPeer;
    final int ofWorstPeer;
    final int most;

    private StuckRows(int[] rows, int closedWindow, IpAddress worstPeer, int ofWorstPeer, int most) {
        this.rows = rows;
        this.closedWindow = closedWindow;
        this.worstPeer = worstPeer;
        this.ofWorstPeer = ofWorstPeer;
        this.most = most;
    }

    /** Of these rows those whose FIN was sent again and again, or whose peer has no room for what stands before it. */
    static StuckRows of(Observation now, int[] rows) {
        SocketTable table = now.table();
        int[] stuck = new int[rows.length];
        int count = 0;
        int closed = 0;
        int most = 0;
        Map<IpAddress, Integer> peers = new HashMap<>();
        for (int row : rows) {
            boolean probing = table.timer(row) == PROBE_TIMER;
            boolean old = now.stateMillis(row) >= now.thresholds().stuckMillis();
            if (table.retransmits(row) >= RETRIES || (probing && old)) {
                stuck[count++] = row;
                closed += probing ? 1 : 0;
                most = Math.max(most, table.retransmits(row));
                peers.merge(table.remote(row).address().onWire(), 1, Integer::sum);
            }
        }
        IpAddress worst = new IpAddress(false, 0, 0);
        int ofWorst = 0;
        for (Map.Entry<IpAddress, Integer> each : peers.entrySet()) {
            if (each.getValue() > ofWorst) {
                worst = each.getKey();
                ofWorst = each.getValue();
            }
        }
        return new StuckRows(Arrays.copyOf(stuck, count), closed, worst, ofWorst, most);
    }

    Account account(Observation now, String state, int all) {
        return new Account(rows.length, rows.length + " stuck in " + state + ": peers do not acknowledge our FIN")
                .measure("in_state", all, Measure.DUMP)
                .measure("stuck", rows.length, Measure.DUMP + ", retransmits")
                .measure("closed_window", closedWindow, Measure.DUMP + ", timer")
                .measure("most_tries", most, Measure.DUMP + ", retransmits")
                .measure("of_worst_peer", ofWorstPeer, Measure.DUMP)
                .measure("orphans_of_host", now.usage().orphans().orElse(-1), "/proc/net/sockstat orphan");
    }

    /** What is wrong with the peers, as far as the timers tell. */
    String peersRemedy() {
        String worst = ofWorstPeer * 2 > rows.length
                ? " Most of them are to " + worstPeer + "."
                : " They are spread over many peers: look at what they have in common (a link, a NAT, a firewall).";
        return 2 * closedWindow > rows.length
                ? "The peers are alive and take no data: their applications do not read." + worst
                : "The peers are gone, or something on the way forgot the connection and drops what belongs to it."
                        + worst;
    }
}
