// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.lab.Deviation;
import io.tcpvigil.lab.Ladder;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.wire.Flag;
import io.tcpvigil.lab.wire.Segment;
import io.tcpvigil.tcp.TcpState;

/**
 * Prints what a scenario showed as the figures of RFC 9293 do: a line each, the state by the RFC and the state read from
 * the kernel at its left, the segment between the two ends at its right.
 *
 * <pre>
 *  2. SYN-SENT      SYN-SENT      --&gt; &lt;SEQ=0&gt;&lt;CTL=SYN&gt;                --&gt;
 * </pre>
 */
final class LadderText {
    private static final int STATE_WIDTH = 13;
    private static final int SEGMENT_WIDTH = 40;
    private static final int LINE_WIDTH = 80;
    private static final String SEVERAL = "#";

    private final Terminal terminal;
    private final boolean absolute;

    LadderText(Terminal terminal, boolean absolute) {
        this.terminal = terminal;
        this.absolute = absolute;
    }

    /** The whole run: heading, ladder, deviations, verdict. */
    void print(Outcome outcome) {
        terminal.out()
                .println(terminal.bold(
                        outcome.scenario().name() + ": " + outcome.scenario().description()));
        terminal.out()
                .println("Kernel " + outcome.family().kernel() + " is the "
                        + outcome.role().label() + ", the scripted peer is "
                        + outcome.family().peer() + " (" + outcome.family().displayName() + ").");
        terminal.out().println();
        terminal.out()
                .println(terminal.bold("    " + pad("RFC 9293", STATE_WIDTH) + " "
                        + pad("kernel shows", STATE_WIDTH + 1) + "kernel" + " ".repeat(SEGMENT_WIDTH - 5) + "peer"));
        boolean several = outcome.ladder().stream().anyMatch(line -> line.connection() > 1);
        int number = 0;
        for (Ladder.Line line : outcome.ladder()) {
            number++;
            terminal.out().println(line(line, number, several));
        }
        terminal.out().println();
        verdict(outcome);
        terminal.out().flush();
    }

    private String line(Ladder.Line line, int number, boolean several) {
        StringBuilder text = new StringBuilder(80);
        text.append(" ".repeat(number < 10 ? 1 : 0)).append(number).append(". ");
        if (line.kind() == Ladder.Kind.NOTE) {
            return text.append("-- ").append(TextTable.printable(line.text())).toString();
        }
        text.append(pad(name(line.expected()), STATE_WIDTH)).append(' ');
        text.append(pad(shown(line), STATE_WIDTH)).append(' ');
        String connection = several ? SEVERAL + line.connection() + " " : "";
        Segment segment = line.segment();
        if (segment == null) {
            text.append(connection).append(TextTable.printable(line.text()));
        } else {
            String arrow = line.kind() == Ladder.Kind.FROM_KERNEL ? "-->" : "<--";
            text.append(connection).append(arrow).append(' ');
            text.append(pad(segment(segment, line), SEGMENT_WIDTH - connection.length()))
                    .append(' ')
                    .append(arrow);
        }
        return text.toString().stripTrailing();
    }

    private static String shown(Ladder.Line line) {
        if (line.expected() == null) {
            return "";
        }
        TcpState state = line.shown();
        if (state == null) {
            return "(they differ)";
        }
        return (state == TcpState.CLOSED ? "-" : state.displayName()) + (line.deviates() ? "*" : "");
    }

    private static String name(@Nullable TcpState state) {
        return state == null ? "" : state.displayName();
    }

    private String segment(Segment segment, Ladder.Line line) {
        StringBuilder text = new StringBuilder();
        text.append("<SEQ=")
                .append(number(segment.sequence(), line.sequenceBase()))
                .append('>');
        if (segment.has(Flag.ACK)) {
            text.append("<ACK=").append(number(segment.acknowledgment(), line.acknowledgmentBase()));
            text.append('>');
        }
        if (segment.length() > 0) {
            text.append("<LEN=").append(segment.length()).append('>');
        }
        return text.append("<CTL=")
                .append(Flag.text(segment.flags()))
                .append('>')
                .toString();
    }

    private String number(int sequence, int base) {
        return absolute ? Integer.toUnsignedString(sequence) : Integer.toString(sequence - base);
    }

    private void verdict(Outcome outcome) {
        for (Deviation deviation : outcome.deviations()) {
            fold("  * " + deviation.id() + ": " + deviation.text());
        }
        if (!outcome.deviations().isEmpty()) {
            terminal.out().println("  (more in: tcpvigil explain " + ExplainTopics.KERNEL_OBJECTS + ")");
        }
        terminal.out().println(sentence(outcome));
    }

    /** Prints words on as many lines as they need. */
    private void fold(String text) {
        String rest = text;
        while (rest.length() > LINE_WIDTH) {
            int blank = rest.lastIndexOf(' ', LINE_WIDTH);
            terminal.out().println(rest.substring(0, blank));
            rest = "    " + rest.substring(blank + 1);
        }
        terminal.out().println(rest);
    }

    /** The verdict in one line. */
    String sentence(Outcome outcome) {
        return switch (outcome.verdict()) {
            case AGREES -> "Verdict: as RFC 9293 says; netlink and /proc agree.";
            case DEVIATES -> "Verdict: as RFC 9293 but for known deviations (*); netlink and /proc agree.";
            case DIFFERS -> terminal.warning("Verdict: DIFFERS: " + outcome.failure());
        };
    }

    private static String pad(String text, int width) {
        return text.length() >= width ? text : text + " ".repeat(width - text.length());
    }
}
