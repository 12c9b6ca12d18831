// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/** Connects that are not answered: the destination is dead, or something on the way drops them. */
final class SynSentPile extends Detector {
    private static final double CRITICAL = 20;

    private final Groups groups = new Groups();

    SynSentPile() {
        super(FindingId.SYN_SENT_PILE);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        SocketTable table = now.table();
        groups.byDestination(table, rows.of(TcpState.SYN_SENT));
        for (int i = 0; i < groups.count(); i++) {
            Group group = groups.get(i);
            // The first SYN is sent again after a second.
            int unanswered = group.rows.count(row -> table.retransmits(row) > 0);
            if (unanswered == 0) {
                continue;
            }
            out.add(
                    group.scope(table),
                    "connects unanswered",
                    unanswered,
                    threshold(now),
                    CRITICAL,
                    () -> account(now, group, unanswered));
        }
    }

    private static Account account(Observation now, Group group, int unanswered) {
        SocketTable table = now.table();
        IpAddress peer = group.peer(table);
        int port = table.remotePort(group.first());
        long samePort = 0;
        long sameHost = 0;
        for (int row = 0; row < table.rows(); row++) {
            if (table.state(row) == TcpState.ESTABLISHED && Groups.havePeerInCommon(table, row, group.first())) {
                sameHost++;
                samePort += table.remotePort(row) == port ? 1 : 0;
            }
        }
        int most = 0;
        for (int i = 0; i < group.size(); i++) {
            most = Math.max(most, table.retransmits(group.rows.get(i)));
        }
        String end = Text.end(peer, port);
        Account account = new Account(group.size(), end + " does not answer: " + unanswered + " connects wait for it")
                .measure("syn_sent", group.size(), Measure.DUMP)
                .measure("syn_sent_again", unanswered, Measure.DUMP + ", retransmits")
                .measure("most_tries", most + 1.0, Measure.DUMP + ", retransmits")
                .measure("established_to_port", samePort, Measure.DUMP)
                .measure("established_to_host", sameHost, Measure.DUMP)
                .port(port)
                .holdersOf(now, group.rows)
                .means("Nothing comes back, not even a refusal. connect gives up after some two minutes"
                        + " (net.ipv4.tcp_syn_retries); until then each holds a thread or a slot of its caller.")
                .command("tcpvigil snapshot --sockets -p state=syn_sent rport=" + port + " peer=" + peer);
        if (samePort > 0) {
            return account.remedy(
                    "Other connections to the same port stand: the service is alive and its queue is full,"
                            + " or a firewall's table of connections is. Look at the accept queue over there.");
        }
        return account.remedy(
                sameHost > 0
                        ? "The host answers on other ports: the port is filtered, by a firewall here, there or on the way."
                                + " A closed port would refuse."
                        : "Nothing else is connected to this host: it is down, unreachable, or filtered as a whole. Check"
                                + " route and firewall; shorten the connect time-out of the callers.");
    }
}
