// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.ConnectionCounts;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.tcp.TcpState;

/** Prints what happened to connections between two looks, and how old the oldest are. */
final class ChangesText {
    private final Terminal terminal;
    private final LifecycleReport before;
    private final LifecycleReport now;

    ChangesText(Terminal terminal, LifecycleReport before, LifecycleReport now) {
        this.terminal = terminal;
        this.before = before;
        this.now = now;
    }

    void print() {
        terminal.out().println();
        terminal.out()
                .println("SINCE THE LAST LOOK, all connections (" + seconds(now.nanos() - before.nanos())
                        + " s; what came and went between the looks is not seen)");
        terminal.out().println(opened());
        terminal.out().println(closed());
        TextTable table = transitions();
        if (!table.isEmpty()) {
            terminal.out().println();
            table.print(terminal);
        }
        TextTable oldest = oldest();
        if (!oldest.isEmpty()) {
            terminal.out().println();
            oldest.print(terminal);
        }
    }

    private String opened() {
        StringBuilder line = new StringBuilder("opened ")
                .append(now.connections().opened() - before.connections().opened());
        String lead = ": ";
        for (Direction direction : Direction.values()) {
            long count =
                    now.connections().opened(direction) - before.connections().opened(direction);
            if (count > 0) {
                line.append(lead).append(direction.label()).append(' ').append(count);
                lead = ", ";
            }
        }
        return line.toString();
    }

    private String closed() {
        ConnectionCounts old = before.connections();
        StringBuilder line =
                new StringBuilder("closed ").append(now.connections().closed() - old.closed());
        String lead = ": by ";
        for (EndedBy endedBy : EndedBy.values()) {
            long count = now.connections().closed(endedBy) - old.closed(endedBy);
            if (count > 0) {
                line.append(lead).append(endedBy.label()).append(' ').append(count);
                lead = ", ";
            }
        }
        return line.toString();
    }

    private TextTable transitions() {
        TextTable table = new TextTable("FROM", "TO", ">COUNT", ">PER SECOND", "EVIDENCE");
        double seconds = (now.nanos() - before.nanos()) / 1e9;
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                for (Evidence evidence : Evidence.values()) {
                    long count = now.transitions().of(from, to, evidence)
                            - before.transitions().of(from, to, evidence);
                    if (count > 0) {
                        table.row(
                                from.displayName(),
                                to.displayName(),
                                Long.toString(count),
                                // After a pause nobody knows how the time was spent.
                                now.afterPause() ? "?" : tenths(count / seconds),
                                evidence.label());
                    }
                }
            }
        }
        return table;
    }

    private TextTable oldest() {
        TextTable table = new TextTable("OLDEST IN", ">FOR", "");
        for (TcpState state : TcpState.values()) {
            Age age = now.oldest(state);
            if (age != null) {
                table.row(
                        state.displayName(),
                        SocketList.span(age.millis()),
                        age.exact() ? "" : "at least: it was there before the first look");
            }
        }
        return table;
    }

    private static String seconds(long nanos) {
        return tenths(nanos / 1e9);
    }

    /** With one decimal. */
    private static String tenths(double value) {
        long tenths = Math.round(value * 10);
        return tenths / 10 + "." + tenths % 10;
    }
}
