// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.PortUse;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/** Half-open connections that stay so: a flood of SYNs, or an accept queue so full that last ACKs are dropped. */
final class SynReceivedPile extends Detector {
    private static final double MOST_OF_QUEUE = 0.75;
    private static final double CRITICAL = 16;

    private final Groups groups = new Groups();
    private final Groups peers = new Groups();

    SynReceivedPile() {
        super(FindingId.SYN_RECEIVED_PILE);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        double many = threshold(now);
        SocketTable table = now.table();
        groups.byLocalPort(table, rows.of(TcpState.SYN_RECEIVED));
        for (int i = 0; i < groups.count(); i++) {
            Group group = groups.get(i);
            int port = table.localPort(group.first());
            long limit = limit(now, port);
            // Whoever answers does so within a second, before the SYN-ACK is sent again.
            int unanswered = group.rows.count(row -> table.retransmits(row) > 0);
            double queue = limit < 0 ? 0 : group.size() / Math.max(many, MOST_OF_QUEUE * (limit + 1));
            double pressure = Math.max(unanswered / many, queue);
            boolean dropping = now.rates().atLeast(KernelEvent.REQ_Q_FULL_DROP) > 0;
            out.add(
                    new Level(
                            out.id(), Scope.port(port), "half-open connections unanswered", unanswered, many, pressure),
                    dropping ? 1 : CRITICAL,
                    () -> account(now, group, port, unanswered, limit));
        }
    }

    private static long limit(Observation now, int port) {
        for (PortUse use : now.ports().ports()) {
            if (use.port() == port && !use.listeners().isEmpty()) {
                return use.acceptQueueLimit();
            }
        }
        return PortUse.UNKNOWN;
    }

    private Account account(Observation now, Group group, int port, int unanswered, long limit) {
        int peersCount = peers.byPeer(now.table(), group.rows).count();
        boolean full = AcceptQueueFull.isFull(now, port);
        Account account = new Account(
                        group.size(),
                        full
                                ? "port " + port + ": " + group.size() + " half-open, because its accept queue is full"
                                : "port " + port + ": " + group.size() + " half-open, " + unanswered
                                        + " do not answer: looks like a SYN flood")
                .measure("syn_received", group.size(), Measure.DUMP)
                .measure("syn_ack_sent_again", unanswered, Measure.DUMP + ", retransmits")
                .measure("peers", peersCount, Measure.DUMP)
                .measure("syn_queue_limit", limit, "listen(2) backlog")
                .counted(
                        now,
                        KernelEvent.REQ_Q_FULL_DO_COOKIES,
                        KernelEvent.REQ_Q_FULL_DROP,
                        KernelEvent.LISTEN_OVERFLOWS)
                .port(port);
        if (full) {
            return account.means("The clients have answered, but the kernel has no room in the accept queue and drops"
                            + " their last ACK; it sends the SYN-ACK again and hopes for room.")
                    .remedy("This is no flood: the application does not accept. See accept_queue_full on this port.")
                    .command("tcpvigil snapshot --sockets -p lport=" + port);
        }
        return account.means(
                        "SYNs came, the ACK of our SYN-ACK did not: senders that are forged or gone, or our SYN-ACKs"
                                + " do not reach them. Each is tried five times over 63 s.")
                .remedy(
                        peersCount > 1
                                ? "Keep net.ipv4.tcp_syncookies=1. If the peers are unknown to you, filter upstream; if they"
                                        + " are your clients, look for the way back (routing, firewall, NAT)."
                                : "All come from one address: look whether that host is broken or hostile, and whether"
                                        + " our answers reach it (routing, firewall).")
                .command("tcpvigil snapshot --by remote state=syn_received lport=" + port);
    }
}
