// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateAge;
import io.tcpvigil.tcp.TcpState;

/** We open connection after connection to one destination and close each at once: they should be pooled. */
final class ShortLivedChurn extends Detector {
    private static final int LATELY_MILLIS = 10_000;
    private static final double LATELY_SECONDS = 10;
    private static final double CRITICAL = Double.POSITIVE_INFINITY;

    private final RowList outgoing = new RowList();
    private final Groups groups = new Groups();

    ShortLivedChurn() {
        super(FindingId.SHORT_LIVED_CHURN);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        double many = threshold(now);
        SocketTable table = now.table();
        RowList waiting = rows.of(TcpState.TIME_WAIT);
        outgoing.clear();
        for (int i = 0; i < waiting.size(); i++) {
            int row = waiting.get(i);
            if (!rows.serves(table.localPort(row)) && StateAge.atLeastMillis(table, row) <= LATELY_MILLIS) {
                outgoing.add(row);
            }
        }
        groups.byDestination(table, outgoing);
        for (int i = 0; i < groups.count(); i++) {
            Group group = groups.get(i);
            if (group.size() < many) {
                // Less than a tenth of it: not worth a word, and there may be many.
                continue;
            }
            double rate = group.size() / LATELY_SECONDS;
            out.add(
                    group.scope(table),
                    "connections closed in a second",
                    rate,
                    many,
                    CRITICAL,
                    () -> account(now, group, rate));
        }
    }

    private static Account account(Observation now, Group group, double rate) {
        SocketTable table = now.table();
        int port = table.remotePort(group.first());
        var peer = group.peer(table);
        long open = 0;
        for (int row = 0; row < table.rows(); row++) {
            if (table.state(row) == TcpState.ESTABLISHED
                    && table.remotePort(row) == port
                    && Groups.havePeerInCommon(table, row, group.first())) {
                open++;
            }
        }
        return new Account(
                        group.size(),
                        Text.rate(rate) + " connections a second to " + Text.end(peer, port) + " are opened and closed")
                .measure("closed_in_10_seconds", group.size(), Measure.DUMP + ", TIME-WAIT timers")
                .measure("per_second", rate, Measure.DUMP + ", TIME-WAIT timers")
                .measure("established", open, Measure.DUMP)
                .port(port)
                .holdersOf(now, group.rows)
                .means("Each costs a handshake and a slow start, and holds a local port for 60 s after it is closed.")
                .remedy("Let the client keep connections and reuse them: a pool, HTTP keep-alive (in many libraries one"
                        + " client object for the program, not one for each request).")
                .command("sudo tcpvigil follow rport=" + port + " peer=" + peer);
    }
}
