// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.TcpState;
import java.util.ArrayList;
import java.util.List;

/**
 * One text of {@code tcpvigil explain}, read from a resource in a small subset of Markdown:
 *
 * <pre>
 * # Summary in one line
 *
 * ## Heading
 *
 * A paragraph, broken
 * over lines anywhere.
 *
 * - a point of a list, which goes on
 *   with an indent of two
 *
 *     four blanks: printed as it stands
 *
 * ## See also
 *
 * other-topic, another
 * </pre>
 *
 * Lines that start with {@code <!--} are skipped.
 *
 * @param name as typed by the user, such as {@code time-wait}
 * @param summary the line after {@code #}
 * @param sections in the order of the file, without "See also"
 * @param seeAlso names of other topics
 */
record ExplainTopic(String name, String summary, List<Section> sections, List<String> seeAlso) {

    /** The first section of every state; what is generated follows it. */
    static final String MEANING = "Meaning";

    static final String SEE_ALSO = "See also";

    /** A heading and what stands under it. */
    record Section(String heading, List<Block> blocks) {}

    /**
     * A paragraph or a point of a list is one line, not yet wrapped; of something preformatted each line is one.
     */
    record Block(Kind kind, List<String> lines) {}

    /** How a block is laid out. */
    enum Kind {
        PARAGRAPH,
        POINT,
        PREFORMATTED
    }

    /** The state that the text is about; null when it is about something else. */
    @Nullable
    TcpState state() {
        for (TcpState state : TcpState.values()) {
            if (ExplainTopics.nameOf(state).equals(name)) {
                return state;
            }
        }
        return null;
    }

    /** Takes a file apart. A file that breaks the rules above is a defect of the build: {@link IllegalStateException}. */
    static ExplainTopic parse(String name, List<String> lines) {
        return new Parser(name).parse(lines);
    }

    private static final class Parser {
        private static final String POINT_MARK = "- ";
        private static final String POINT_INDENT = "  ";
        private static final String PREFORMATTED_INDENT = "    ";

        private final String name;
        private final List<Section> sections = new ArrayList<>();
        private final List<Block> blocks = new ArrayList<>();
        private final List<String> pending = new ArrayList<>();
        private @Nullable Kind kind;
        private String summary = "";
        private String heading = "";

        Parser(String name) {
            this.name = name;
        }

        ExplainTopic parse(List<String> lines) {
            for (String line : lines) {
                take(line);
            }
            endSection();
            List<String> seeAlso = List.of();
            if (!sections.isEmpty() && last().heading().equals(SEE_ALSO)) {
                seeAlso = names(sections.remove(sections.size() - 1));
            }
            if (summary.isEmpty() || sections.isEmpty()) {
                throw new IllegalStateException("explain/" + name + ": no summary or no section");
            }
            return new ExplainTopic(name, summary, List.copyOf(sections), seeAlso);
        }

        private void take(String line) {
            if (line.startsWith("<!--")) {
                return;
            }
            if (line.isEmpty()) {
                endBlock();
            } else if (line.startsWith("# ")) {
                summary = line.substring(2);
            } else if (line.startsWith("## ")) {
                endSection();
                heading = line.substring(3);
            } else if (heading.isEmpty()) {
                throw new IllegalStateException("explain/" + name + ": text before the first heading: " + line);
            } else if (line.startsWith(PREFORMATTED_INDENT) && (kind == null || kind == Kind.PREFORMATTED)) {
                kind = Kind.PREFORMATTED;
                pending.add(line.substring(PREFORMATTED_INDENT.length()));
            } else if (line.startsWith(POINT_MARK)) {
                endBlock();
                begin(Kind.POINT, line.substring(POINT_MARK.length()));
            } else if (kind == Kind.POINT && line.startsWith(POINT_INDENT)) {
                goOn(line.substring(POINT_INDENT.length()));
            } else if (kind == Kind.PARAGRAPH) {
                goOn(line);
            } else {
                endBlock();
                begin(Kind.PARAGRAPH, line);
            }
        }

        private void begin(Kind first, String text) {
            kind = first;
            pending.add(text);
        }

        private void goOn(String text) {
            pending.set(0, pending.get(0) + ' ' + text);
        }

        private void endBlock() {
            if (kind != null) {
                blocks.add(new Block(kind, List.copyOf(pending)));
                pending.clear();
                kind = null;
            }
        }

        private void endSection() {
            endBlock();
            if (!heading.isEmpty()) {
                sections.add(new Section(heading, List.copyOf(blocks)));
                blocks.clear();
            }
        }

        private Section last() {
            return sections.get(sections.size() - 1);
        }

        private static List<String> names(Section section) {
            List<String> names = new ArrayList<>();
            for (Block block : section.blocks()) {
                for (String each : block.lines().get(0).split(",", -1)) {
                    names.add(each.strip());
                }
            }
            return List.copyOf(names);
        }
    }
}
