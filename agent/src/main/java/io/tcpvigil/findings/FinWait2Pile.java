// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/**
 * FIN-WAIT-2 that stays: held by an application that has shut down its side and waits for ever, or orphaned by one that has
 * closed, which the kernel ends after {@code tcp_fin_timeout}.
 */
final class FinWait2Pile extends Detector {
    private static final double CRITICAL = 100;
    /** Orphans are counted with TIME-WAIT, which is most of them where all is well. */
    private static final double ORPHANS_WARN = 0.25;

    private static final double ORPHANS_CRITICAL = 0.9;

    private final RowList held = new RowList();
    private final Groups groups = new Groups();

    FinWait2Pile() {
        super(FindingId.FIN_WAIT_2_PILE);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        SocketTable table = now.table();
        RowList all = rows.of(TcpState.FIN_WAIT_2);
        held.clear();
        for (int i = 0; i < all.size(); i++) {
            int row = all.get(i);
            if (table.kind(row) == SocketKind.FULL && table.inode(row) != 0) {
                held.add(row);
            }
        }
        int orphaned = all.size() - held.size();
        IntPredicate isSilent = row -> now.silentMillis(row) >= now.thresholds().stuckMillis();
        groups.byHolder(now, rows, held).uniteWorkers(group -> group.rows.count(isSilent), threshold(now));
        for (int i = 0; i < groups.count(); i++) {
            Group group = groups.get(i);
            int silent = group.rows.count(isSilent);
            out.add(
                    group.scope(table),
                    "FIN-WAIT-2 sockets held",
                    silent,
                    threshold(now),
                    CRITICAL,
                    () -> held(now, rows, group, silent));
        }
        OptionalLong limit = now.limits().timeWaitBuckets();
        if (limit.isPresent()) {
            out.fills(
                    Scope.NAMESPACE,
                    "FIN-WAIT-2 without a process, of tcp_max_tw_buckets",
                    orphaned,
                    limit.getAsLong(),
                    ORPHANS_WARN,
                    ORPHANS_CRITICAL,
                    () -> orphaned(now, rows, orphaned, limit.getAsLong()));
        }
    }

    private Account held(Observation now, Rows rows, Group group, int silent) {
        Account account = new Account(
                        group.size(),
                        group.scope(now.table()) + " waits for peers to close: " + silent + " silent in FIN-WAIT-2")
                .measure("fin_wait_2_held", group.size(), Measure.DUMP + ", with inode")
                .measure("silent", silent, Measure.DUMP)
                .measure("silent_for_seconds", now.thresholds().stuckMillis() / 1000, "threshold")
                .holdersOf(now, group.rows)
                .portsOf(rows, now.table(), group.rows);
        return account.means("The application has shut down its side of each and keeps the descriptor; the peer has not"
                        + " closed. No time-out of the kernel ends that as long as the descriptor is held."
                        + now.ifSilenceIsAssumed(group.first()))
                .remedy(
                        "After shutdown() read with a time-out, then close(): once it is closed the kernel ends it within"
                                + " net.ipv4.tcp_fin_timeout. Look also why the peer does not close.")
                .command("tcpvigil snapshot --sockets -p state=fin_wait_2 port=" + account.ports.get(0));
    }

    private static Account orphaned(Observation now, Rows rows, int orphaned, long limit) {
        return new Account(orphaned, orphaned + " closed connections wait in FIN-WAIT-2 for the peer's FIN")
                .measure("fin_wait_2_orphaned", orphaned, Measure.DUMP + ", without inode")
                .measure("fin_wait_2", rows.of(TcpState.FIN_WAIT_2).size(), Measure.DUMP)
                .measure("tcp_max_tw_buckets", limit, "net.ipv4.tcp_max_tw_buckets")
                .measure("tcp_fin_timeout", now.limits().finTimeoutSeconds().orElse(-1), "net.ipv4.tcp_fin_timeout")
                .means(
                        "We have closed, the peer has not. The kernel ends each after tcp_fin_timeout; they count against"
                                + " tcp_max_tw_buckets.")
                .remedy("The peer's application does not close: look there for CLOSE-WAIT. A shorter"
                        + " net.ipv4.tcp_fin_timeout ends them sooner here.")
                .command("tcpvigil snapshot --by remote state=fin_wait_2");
    }
}
