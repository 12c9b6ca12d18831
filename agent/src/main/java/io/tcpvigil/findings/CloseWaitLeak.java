// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * CLOSE-WAIT that nobody ends: the peer has closed, our application has not, and no time-out of the kernel ever will. Not those
 * of a connection that is only half closed and still in use: data goes out on it, or was acknowledged a moment ago.
 */
final class CloseWaitLeak extends Detector {
    private static final double MANY = 100;
    private static final double FULL = 0.8;
    private static final double SOON_SECONDS = 3600;

    private final Groups groups = new Groups();
    private final Growth growth = new Growth();

    CloseWaitLeak() {
        super(FindingId.CLOSE_WAIT_LEAK);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        SocketTable table = now.table();
        IntPredicate isForgotten = row -> table.sendQueue(row) <= 0
                && now.silentMillis(row) >= now.thresholds().stuckMillis();
        groups.byHolder(now, rows, rows.of(TcpState.CLOSE_WAIT))
                .uniteWorkers(group -> group.rows.count(isForgotten), threshold(now));
        for (int i = 0; i < groups.count(); i++) {
            Group group = groups.get(i);
            Scope scope = group.scope(table);
            int forgotten = group.rows.count(isForgotten);
            double perSecond = growth.add(scope, now.nanos(), group.size());
            Holder holder = group.holder;
            Optional<Holders.Descriptors> descriptors =
                    forgotten < threshold(now) || holder == null || group.by != Group.By.PROCESS
                            ? Optional.empty()
                            : now.holders().descriptors(holder);
            boolean runsOut = descriptors.isPresent() && runsOut(descriptors.get(), forgotten, perSecond);
            out.add(
                    scope,
                    "CLOSE-WAIT sockets not closed",
                    forgotten,
                    threshold(now),
                    runsOut ? 1 : MANY,
                    () -> account(now, rows, group, scope, forgotten, perSecond, descriptors));
        }
    }

    private static boolean runsOut(Holders.Descriptors descriptors, int forgotten, double perSecond) {
        boolean nearly = descriptors.share() >= FULL && 2L * forgotten >= descriptors.open();
        return nearly || (perSecond > 0 && left(descriptors, perSecond) < SOON_SECONDS);
    }

    private static double left(Holders.Descriptors descriptors, double perSecond) {
        return Math.max(0, descriptors.limit() - descriptors.open()) / perSecond;
    }

    private Account account(
            Observation now,
            Rows rows,
            Group group,
            Scope scope,
            int forgotten,
            double perSecond,
            Optional<Holders.Descriptors> descriptors) {
        SocketTable table = now.table();
        int notAccepted = group.rows.count(row -> table.inode(row) == 0 && table.kind(row) == SocketKind.FULL);
        int unread = group.rows.count(row -> table.inode(row) != 0 && table.receiveQueue(row) > 0);
        long oldest = 0;
        for (int i = 0; i < group.size(); i++) {
            oldest = Math.max(oldest, now.stateMillis(group.rows.get(i)));
        }
        Account account = new Account(
                        group.size(),
                        scope + " does not close: " + group.size() + " in CLOSE-WAIT, the oldest for at least "
                                + Text.span(oldest / 1000.0))
                .measure("close_wait", group.size(), Measure.DUMP)
                .measure("silent", forgotten, Measure.DUMP)
                .measure("silent_for_seconds", now.thresholds().stuckMillis() / 1000, "threshold")
                .measure("oldest_seconds", oldest / 1000.0, Measure.LOOKS)
                .measure("not_accepted", notAccepted, Measure.DUMP + ", no inode")
                .measure("accepted_not_read", unread, Measure.DUMP + ", receive queue")
                .measure("read_not_closed", group.size() - notAccepted - unread, Measure.DUMP + ", receive queue")
                .measure("growth_per_second", perSecond, Measure.LOOKS)
                .holdersOf(now, group.rows);
        descriptors.ifPresent(each -> {
            account.measure("open_files", each.open(), "/proc/PID/fd");
            account.measure("open_files_limit", each.limit(), "/proc/PID/limits");
            if (perSecond > 0) {
                account.measure("open_files_run_out_seconds", left(each, perSecond), Measure.LOOKS);
            }
        });
        account.portsOf(rows, table, group.rows);
        account.means("The peer has closed; the application has not, and no time-out of the kernel does it"
                + " instead. Each holds a descriptor until the process ends."
                + now.ifSilenceIsAssumed(group.first()));
        remedy(account, group.size(), notAccepted, unread);
        return account.command(
                scope.kind() == Scope.Kind.PROCESS
                        ? "tcpvigil snapshot --sockets state=close_wait process="
                                + account.holders.get(0).pid()
                        : "tcpvigil snapshot --sockets -p state=close_wait port=" + account.ports.get(0));
    }

    private static void remedy(Account account, int all, int notAccepted, int unread) {
        if (2 * notAccepted > all) {
            account.remedy("Most were never accepted: the application does not call accept() any more. Look for a"
                    + " blocked or dead accept loop (a thread dump tells); restart it if it is stuck.");
        } else if (2 * unread > all) {
            account.remedy("Most were accepted and never read up to the end: no thread or event loop attends to them."
                    + " Look for a pool of workers that is used up or hangs; a read would return the end of file.");
        } else {
            account.remedy("Most were read to the end and not closed: close() is missing after a read that returned 0,"
                    + " or on an error path; in a client, connections are not given back to their pool or evicted.");
        }
    }
}
