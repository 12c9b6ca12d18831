// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.PortUse;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Half-open connections that stay so: a flood of SYNs, or an accept queue so full that last ACKs are dropped. */
final class SynReceivedPile extends Detector {
    private static final double MOST_OF_QUEUE = 0.75;
    private static final double CRITICAL = 16;

    SynReceivedPile() {
        super(FindingId.SYN_RECEIVED_PILE);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        double many = threshold(now);
        Map<Scope, Groups.Group> groups = new LinkedHashMap<>();
        for (int row : rows.of(TcpState.SYN_RECEIVED)) {
            Scope scope = Scope.port(now.table().localPort(row));
            groups.computeIfAbsent(scope, Groups.Group::new).add(row);
        }
        for (Groups.Group group : groups.values()) {
            int port = now.table().localPort(group.rows[0]);
            long limit = limit(now, port);
            // Whoever answers does so within a second, before the SYN-ACK is sent again.
            int unanswered = group.count(row -> now.table().retransmits(row) > 0);
            double queue = limit < 0 ? 0 : group.size / Math.max(many, MOST_OF_QUEUE * (limit + 1));
            double pressure = Math.max(unanswered / many, queue);
            boolean dropping = now.rates().atLeast(KernelEvent.REQ_Q_FULL_DROP) > 0;
            out.add(
                    new Level(out.id(), group.scope, "half-open connections unanswered", unanswered, many, pressure),
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

    private static Account account(Observation now, Groups.Group group, int port, int unanswered, long limit) {
        SocketTable table = now.table();
        Set<IpAddress> peers = new HashSet<>();
        for (int i = 0; i < group.size; i++) {
            peers.add(table.remote(group.rows[i]).address());
        }
        boolean full = AcceptQueueFull.isFull(now, port);
        Account account = new Account(
                        group.size,
                        full
                                ? "port " + port + ": " + group.size + " half-open, because its accept queue is full"
                                : "port " + port + ": " + group.size + " half-open, " + unanswered
                                        + " do not answer: looks like a SYN flood")
                .measure("syn_received", group.size, Measure.DUMP)
                .measure("syn_ack_sent_again", unanswered, Measure.DUMP + ", retransmits")
                .measure("peers", peers.size(), Measure.DUMP)
                .measure("syn_queue_limit", limit, "listen(2) backlog")
                .measure(now.rates().measure(KernelEvent.REQ_Q_FULL_DO_COOKIES))
                .measure(now.rates().measure(KernelEvent.REQ_Q_FULL_DROP))
                .measure(now.rates().measure(KernelEvent.LISTEN_OVERFLOWS))
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
                        peers.size() > 1
                                ? "Keep net.ipv4.tcp_syncookies=1. If the peers are unknown to you, filter upstream; if they"
                                        + " are your clients, look for the way back (routing, firewall, NAT)."
                                : "All come from one address: look whether that host is broken or hostile, and whether"
                                        + " our answers reach it (routing, firewall).")
                .command("tcpvigil snapshot --by remote state=syn_received lport=" + port);
    }
}
