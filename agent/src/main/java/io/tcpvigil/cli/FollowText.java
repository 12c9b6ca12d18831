// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.export.Rfc3339;
import io.tcpvigil.report.StateChange;
import io.tcpvigil.tcp.TcpState;

/** Prints transitions for people, a line each; columns widen as they must, for what comes is not known beforehand. */
final class FollowText {
    /** Where the time of day begins and ends in {@code 2026-01-31T12:00:00.000Z}. */
    private static final int TIME_START = 11;

    private static final int TIME_END = 24;

    private final Terminal terminal;
    private final TextTable table = new TextTable("TIME", "LOCAL", "REMOTE", "FROM -> TO", ">AFTER", "HOW");

    FollowText(Terminal terminal) {
        this.terminal = terminal;
        table.measure(
                "12:00:00.000Z", "192.0.2.1:12345", "192.0.2.1:12345", "SYN-RECEIVED -> ESTABLISHED", "123.4ms", "");
    }

    void headings() {
        table.printHeadings(terminal);
    }

    void print(StateChange change) {
        String[] cells = {
            Rfc3339.utc(change.at()).substring(TIME_START, TIME_END),
            change.local().toString(),
            change.remote().toString(),
            change.from().displayName() + " -> " + change.to().displayName(),
            after(change),
            how(change)
        };
        table.measure(cells);
        table.print(terminal, cells);
    }

    private static String after(StateChange change) {
        if (change.from() == TcpState.CLOSED
                || (change.from() == TcpState.LISTEN && change.to() == TcpState.SYN_RECEIVED)) {
            // The socket begins here; of a child, it is the listener that was in LISTEN.
            return "-";
        }
        return change.nanosInFrom() < 0 ? "?" : span(change.nanosInFrom());
    }

    private static String how(StateChange change) {
        StringBuilder text = new StringBuilder();
        StateChange.Caller process = change.process();
        if (process != null) {
            text.append("by ").append(process.name()).append('/').append(process.pid());
        }
        switch (change.evidence()) {
            case EXACT, OBSERVED -> {
                // What is not said otherwise.
            }
            case INFERRED, AMBIGUOUS, VANISHED ->
                separate(text).append(change.evidence().label());
        }
        StateChange.End end = change.end();
        if (end != null) {
            if (end.lifetimeNanos() >= 0) {
                separate(text).append("lived ").append(span(end.lifetimeNanos()));
            }
            String first = end.closedFirst();
            if (first != null) {
                separate(text).append(first.equals("both") ? "both closed at once" : first + " closed first");
            }
            StateChange.Traffic traffic = end.traffic();
            if (traffic != null) {
                appendTraffic(text, traffic);
            }
        }
        return text.toString();
    }

    private static void appendTraffic(StringBuilder text, StateChange.Traffic traffic) {
        if (traffic.bytesSent() >= 0) {
            separate(text).append("sent ").append(traffic.bytesSent()).append(" B");
        }
        if (traffic.bytesReceived() >= 0) {
            // A FIN may be among them.
            separate(text)
                    .append("received ")
                    .append(traffic.mayCountFin() ? "<=" : "")
                    .append(traffic.bytesReceived())
                    .append(" B");
        }
        if (traffic.segmentsRetransmitted() > 0) {
            separate(text).append(traffic.segmentsRetransmitted()).append(" retransmitted");
        }
        if (traffic.rttMicros() > 0) {
            separate(text).append("rtt ").append(span(traffic.rttMicros() * 1000));
        }
    }

    private static StringBuilder separate(StringBuilder text) {
        return text.isEmpty() ? text : text.append(", ");
    }

    /** Nanoseconds in a unit that leaves one to three digits before the point: {@code 12us}, {@code 3.4ms}, {@code 5.6s}. */
    static String span(long nanos) {
        if (nanos < 1_000_000) {
            return nanos / 1000 + "us";
        }
        if (nanos < 1_000_000_000) {
            return nanos / 1_000_000 + "." + nanos / 100_000 % 10 + "ms";
        }
        if (nanos < 120_000_000_000L) {
            return nanos / 1_000_000_000 + "." + nanos / 100_000_000 % 10 + "s";
        }
        return SocketList.span(nanos / 1_000_000);
    }
}
