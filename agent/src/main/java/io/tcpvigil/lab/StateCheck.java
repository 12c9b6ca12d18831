// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Looks at the kernel through every observer until all show what is expected, or the time is over. */
final class StateCheck {
    private static final long PAUSE_MILLIS = 2;

    private final List<StateObserver> observers;

    StateCheck(List<StateObserver> observers) {
        this.observers = observers;
    }

    /**
     * What was seen.
     *
     * @param shown the state that all observers show, CLOSED for none; null when they differ
     * @param complaint what is not as expected; empty when all is
     */
    record Finding(@Nullable TcpState shown, String complaint) {}

    /**
     * Looks until all is as expected or the time is over.
     *
     * @param local the kernel's end
     * @param remote the other end; port 0 before there is a connection
     */
    Finding await(Step.Expect expect, Endpoint local, Endpoint remote) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + expect.withinMillis() * 1_000_000L;
        while (true) {
            Finding finding = look(expect, local, remote);
            if (finding.complaint.isEmpty() || System.nanoTime() - deadline >= 0) {
                return finding;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Counts until every observer shows so many sockets in the state; what is not as expected, empty when all is. */
    String await(Step.ExpectCount expect) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + expect.withinMillis() * 1_000_000L;
        while (true) {
            StringBuilder complaint = new StringBuilder();
            for (StateObserver observer : observers) {
                int count = observer.counts().getOrDefault(expect.state(), 0);
                if (count != expect.count()) {
                    complaint.append(complaint.isEmpty() ? "" : ", ");
                    complaint.append(observer.name()).append(" counts ").append(count);
                }
            }
            if (complaint.isEmpty() || System.nanoTime() - deadline >= 0) {
                return complaint.toString();
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private Finding look(Step.Expect expect, Endpoint local, Endpoint remote) throws IOException {
        StringBuilder complaint = new StringBuilder();
        TcpState common = null;
        boolean differ = false;
        for (StateObserver observer : observers) {
            List<Observed> rows = rows(observer.sockets(), local, remote);
            if (rows.isEmpty() && expect.shown() == TcpState.LISTEN) {
                // Without a connection it is the listener that answers for this end.
                rows = rows(observer.sockets(), local, null);
            }
            TcpState state = rows.isEmpty() ? TcpState.CLOSED : rows.get(0).state();
            differ |= common != null && common != state;
            common = state;
            String wrong = compare(expect, rows);
            if (!wrong.isEmpty()) {
                complaint
                        .append(complaint.isEmpty() ? "" : ", ")
                        .append(observer.name())
                        .append(" shows ")
                        .append(wrong);
            }
        }
        return new Finding(differ ? null : common, complaint.toString());
    }

    /** The rows of a connection; of the listener when {@code remote} is null. */
    private static List<Observed> rows(List<Observed> all, Endpoint local, @Nullable Endpoint remote) {
        List<Observed> rows = new ArrayList<>();
        for (Observed each : all) {
            boolean ours = remote == null
                    ? each.state() == TcpState.LISTEN && each.local().port() == local.port()
                    : each.local().equals(local) && each.remote().equals(remote);
            if (ours) {
                rows.add(each);
            }
        }
        return rows;
    }

    /** What is wrong with what was seen; empty when nothing. */
    private static String compare(Step.Expect expect, List<Observed> rows) {
        if (expect.shown() == TcpState.CLOSED) {
            return rows.isEmpty() ? "" : describe(rows);
        }
        if (rows.size() != 1) {
            return describe(rows);
        }
        Observed row = rows.get(0);
        boolean right = row.state() == expect.shown()
                && row.kind() == expect.kind()
                && (expect.unread() < 0 || row.receiveQueue() == expect.unread())
                && (expect.unacknowledged() < 0 || row.sendQueue() == expect.unacknowledged())
                && (expect.timerMoreThanMillis() < 0 || row.expiresMillis() > expect.timerMoreThanMillis())
                && (expect.timerAtMostMillis() < 0 || row.expiresMillis() <= expect.timerAtMostMillis());
        return right ? "" : describe(rows);
    }

    private static String describe(List<Observed> rows) {
        if (rows.isEmpty()) {
            return "no socket";
        }
        StringBuilder text = new StringBuilder();
        for (Observed row : rows) {
            text.append(text.isEmpty() ? "" : " and ").append(row.state().displayName());
            switch (row.kind()) {
                case REQUEST -> text.append(" (request socket)");
                case MINISOCK ->
                    text.append(" (mini-socket, ").append(row.expiresMillis()).append(" ms left)");
                case FULL, BOUND ->
                    text.append(" (queues ")
                            .append(row.receiveQueue())
                            .append('/')
                            .append(row.sendQueue())
                            .append(')');
            }
        }
        return text.toString();
    }
}
