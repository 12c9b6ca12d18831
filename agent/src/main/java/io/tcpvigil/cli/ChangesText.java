// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.ConnectionCounts;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.EndedBy;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.report.Following;
import io.tcpvigil.tcp.TcpState;
import java.util.Map;

/** Prints what happened to connections between two looks, and how old the oldest are. */
final class ChangesText {
    private final Terminal terminal;
    private final Following followingBefore;
    private final Following following;
    private final LifecycleReport before;
    private final LifecycleReport now;

    ChangesText(Terminal terminal, Following before, Following now) {
        this.terminal = terminal;
        this.followingBefore = before;
        this.following = now;
        this.before = before.lifecycle();
        this.now = now.lifecycle();
    }

    void print() {
        terminal.out().println();
        terminal.out()
                .println("SINCE THE LAST LOOK, all connections (" + seconds(now.nanos() - before.nanos()) + " s)");
        terminal.out().println(opened());
        terminal.out().println(closed());
        terminal.out().println(seen());
        String missed = missed();
        if (!missed.isEmpty()) {
            terminal.out().println(missed);
        }
        String noProbe = following.probe().problem();
        if (noProbe != null) {
            terminal.out().println("transitions are worked out, not counted by the kernel: " + noProbe);
        }
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

    /** How much of what the kernel counted was seen. */
    private String seen() {
        StringBuilder line = new StringBuilder("seen of what the kernel counted");
        String lead = ": ";
        for (Map.Entry<CoverageEvent, EventCoverage> each :
                following.recentCoverage().entrySet()) {
            EventCoverage coverage = each.getValue();
            if (coverage.seen() > 0 || coverage.counted() > 0) {
                line.append(lead)
                        .append(each.getKey().label().replace('_', ' '))
                        .append(' ');
                line.append(coverage.seen()).append(" of ").append(coverage.counted());
                lead = ", ";
            }
        }
        return lead.equals(": ") ? line.append(": it counted nothing").toString() : line.toString();
    }

    /** Why something may not have been seen; empty when there is no reason to think so. */
    private String missed() {
        Following.EventStream events = following.destroyEvents();
        if (events.problem() != null) {
            return "what came and went between the looks is not seen: " + events.problem();
        }
        long lost = events.lost() - followingBefore.destroyEvents().lost();
        return lost == 0 ? "" : "the kernel dropped " + lost + " destroy events, which came faster than they were read";
    }

    private TextTable transitions() {
        TextTable table = new TextTable("FROM", "TO", ">COUNT", ">PER SECOND", "EVIDENCE");
        double seconds = (now.nanos() - before.nanos()) / 1e9;
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                for (Evidence evidence : Evidence.values()) {
                    long count = following.transitions().of(from, to, evidence)
                            - followingBefore.transitions().of(from, to, evidence);
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
            } else if (now.live().containsKey(state) && !now.isOldestKnown(state)) {
                table.row(state.displayName(), "?", "no complete look has shown it yet");
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
