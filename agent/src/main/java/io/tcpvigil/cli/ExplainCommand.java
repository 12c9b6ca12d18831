// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.lab.Deviation;
import io.tcpvigil.tcp.StateMachine;
import io.tcpvigil.tcp.TcpState;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tcpvigil explain [TOPIC]}: what a state means, or the whole state machine as a picture. */
@Command(
        name = "explain",
        description =
                "What a TCP state means, how one gets in and out, and what a pile of it says; and the runbook of each"
                        + " finding of doctor.",
        footer = {
            "",
            "Without TOPIC the whole state machine is drawn, with the number of sockets in each state where they can"
                    + " be read.",
            "A state may be written in any way: TIME-WAIT, time_wait, timewait, 6."
        },
        exitCodeOnInvalidInput = ExitCode.USAGE,
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class ExplainCommand implements Callable<Integer> {
    private final PrintStream out;
    private final int width;
    private final boolean colour;
    private final Supplier<Map<TcpState, Long>> liveCounts;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Option(names = "--list", description = "List the topics, one line each.")
    private boolean list;

    @Parameters(
            arity = "0..*",
            paramLabel = "TOPIC",
            description = "A state, a finding or another topic; several words are taken as one name.")
    private String[] words = {};

    /**
     * @param width columns of the terminal
     * @param colour whether headings are printed bold
     * @param liveCounts sockets by state, asked for only when they are drawn; empty when they could not be read
     */
    ExplainCommand(PrintStream out, int width, boolean colour, Supplier<Map<TcpState, Long>> liveCounts) {
        this.out = out;
        this.width = width;
        this.colour = colour;
        this.liveCounts = liveCounts;
    }

    @Override
    public Integer call() {
        ExplainPage page = new ExplainPage(width, colour);
        if (list) {
            appendTopics(page);
        } else if (words.length == 0) {
            appendMachine(page);
        } else {
            String typed = String.join(" ", words);
            String name = ExplainTopics.find(typed);
            if (name == null) {
                complain(typed);
                return ExitCode.USAGE;
            }
            appendTopic(page, ExplainTopics.read(name));
        }
        out.print(page);
        out.flush();
        return ExitCode.OK;
    }

    private void complain(String typed) {
        String nearest = ExplainTopics.nearest(typed);
        spec.commandLine()
                .getErr()
                .println("tcpvigil explain: no topic \"" + typed + "\""
                        + (nearest == null ? "." : "; did you mean " + nearest + "?")
                        + " Try one of: " + String.join(", ", ExplainTopics.all()));
    }

    private void appendMachine(ExplainPage page) {
        Map<TcpState, Long> counts = liveCounts.get();
        page.picture(ExplainDrawing.lines(counts));
        page.gap();
        page.paragraph(
                counts.isEmpty()
                        ? "The boxes have no numbers: the sockets of this host were not read."
                        : "The numbers are the sockets of this host now. CLOSED has none: the kernel lists no closed sockets.");
        page.paragraph("At an arrow stands the call or the segment that arrives, and after \"/\" what is sent. close()"
                + " stands for shutdown(SHUT_WR) too, on a listener for shutdown(SHUT_RD).");
        page.paragraph("(1) RFC 9293 only: Linux refuses to send on a listening socket.");
        page.paragraph("(2) After a passive open; after an active one, RST leads to CLOSED.");
        int others = StateMachine.transitions().size() - ExplainDrawing.ARROWS.size();
        page.paragraph("Not drawn: " + others + " ways more, most of them by RST, abort or time-out to CLOSED. The text"
                + " of a state tells all of its ways.");
        page.gap();
        appendTopics(page);
    }

    private static void appendTopics(ExplainPage page) {
        page.heading("tcpvigil explain STATE");
        appendEntries(page, ExplainTopics.states());
        page.heading("tcpvigil explain TOPIC");
        appendEntries(page, ExplainTopics.others());
        page.heading("tcpvigil explain FINDING (what tcpvigil doctor finds)");
        appendEntries(page, ExplainTopics.findings());
    }

    private static void appendEntries(ExplainPage page, List<String> names) {
        int widest = 0;
        for (String name : names) {
            widest = Math.max(widest, name.length());
        }
        for (String name : names) {
            page.entry(name, widest, ExplainTopics.read(name).summary());
        }
    }

    private static void appendTopic(ExplainPage page, ExplainTopic topic) {
        TcpState state = topic.state();
        page.heading((state == null ? topic.name() : state.displayName()) + ": " + topic.summary());
        for (ExplainTopic.Section section : topic.sections()) {
            page.heading(section.heading());
            appendBlocks(page, section.blocks());
            if (state != null && section.heading().equals(ExplainTopic.MEANING)) {
                appendWays(page, "Ways in", "from ", ExplainWays.in(state));
                appendWays(page, "Ways out", "to ", ExplainWays.out(state));
            }
        }
        if (topic.name().equals(ExplainTopics.KERNEL_OBJECTS)) {
            page.heading("Deviations by name, as tcpvigil lab prints them");
            for (Deviation deviation : Deviation.values()) {
                page.point(1, deviation.id() + ": " + deviation.text());
            }
        }
        page.heading(ExplainTopic.SEE_ALSO);
        page.paragraph(String.join(", ", topic.seeAlso()));
    }

    private static void appendBlocks(ExplainPage page, List<ExplainTopic.Block> blocks) {
        ExplainTopic.Kind above = null;
        for (ExplainTopic.Block block : blocks) {
            boolean listGoesOn = above == ExplainTopic.Kind.POINT && block.kind() == ExplainTopic.Kind.POINT;
            if (above != null && !listGoesOn) {
                page.gap();
            }
            switch (block.kind()) {
                case PARAGRAPH -> page.paragraph(block.lines().get(0));
                case POINT -> page.point(1, block.lines().get(0));
                case PREFORMATTED -> page.preformatted(block.lines());
            }
            above = block.kind();
        }
    }

    private static void appendWays(ExplainPage page, String heading, String preposition, List<ExplainWays.Way> ways) {
        page.heading(heading);
        for (ExplainWays.Way way : ways) {
            page.paragraph(preposition + way.others());
            for (String sentence : way.sentences()) {
                page.point(2, sentence);
            }
        }
    }
}
