// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.ports.PortUse;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.TcpState;

/** Connections wait for accept(2) in a queue that is full, or nearly; the kernel then drops SYNs and last ACKs. */
final class AcceptQueueFull extends Detector {
    private static final double CRITICAL = 1;

    AcceptQueueFull() {
        super(FindingId.ACCEPT_QUEUE_FULL);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        int untold = 0;
        for (PortUse use : now.ports().ports()) {
            PortUse.Listener worst = null;
            for (PortUse.Listener listener : use.listeners()) {
                if (listener.acceptQueueLimit() >= 0 && (worst == null || share(listener) > share(worst))) {
                    worst = listener;
                }
            }
            if (worst == null) {
                untold += use.listeners().isEmpty() ? 0 : 1;
                continue;
            }
            PortUse.Listener listener = worst;
            out.fills(
                    Scope.port(use.port()),
                    "accept queue",
                    listener.acceptQueueLength(),
                    listener.acceptQueueLimit() + 1,
                    threshold(now),
                    CRITICAL,
                    () -> account(now, use.port(), listener));
        }
        if (untold > 0) {
            out.unknown(
                    "the limit of " + untold + (untold == 1 ? " queue" : " queues") + " is not told by this source");
        }
    }

    /** One more than the limit is let in (sk_acceptq_is_full in include/net/sock.h). */
    static double share(PortUse.Listener listener) {
        return (double) listener.acceptQueueLength() / (listener.acceptQueueLimit() + 1);
    }

    /** Whether nothing more is let in on a port. */
    static boolean isFull(Observation now, int port) {
        for (PortUse use : now.ports().ports()) {
            for (PortUse.Listener listener : use.listeners()) {
                if (use.port() == port && listener.acceptQueueLimit() >= 0 && share(listener) >= 1) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Account account(Observation now, int port, PortUse.Listener listener) {
        Account account = new Account(
                        listener.acceptQueueLength(),
                        "port " + port + ": " + listener.acceptQueueLength()
                                + " connections wait for accept, room is for " + (listener.acceptQueueLimit() + 1))
                .measure("accept_queue", listener.acceptQueueLength(), Measure.DUMP)
                .measure("accept_queue_limit", listener.acceptQueueLimit(), "listen(2) backlog, net.core.somaxconn")
                .counted(now, KernelEvent.LISTEN_OVERFLOWS, KernelEvent.LISTEN_DROPS)
                .port(port);
        for (int row = 0; row < now.table().rows() && account.holders.isEmpty(); row++) {
            if (now.table().state(row) == TcpState.LISTEN && now.table().localPort(row) == port) {
                account.holdersOf(now, row);
            }
        }
        boolean smallest = listener.acceptQueueLimit() < 128;
        return account.means(
                        "The application accepts more slowly than connections come, or not at all. When the queue is"
                                + " full, SYNs are dropped: clients see delays of 1, 3, 7 s, then time-outs.")
                .remedy(
                        smallest
                                ? "Raise the backlog that the application gives to listen() (net.core.somaxconn bounds it)"
                                        + " if connections come in bursts; if the queue stays full, look why the accept"
                                        + " loop is slow."
                                : "Look why the accept loop is slow (blocked thread, too few workers, a long pause); a"
                                        + " longer queue only hides it.")
                .command("tcpvigil snapshot --sockets -p lport=" + port);
    }
}
