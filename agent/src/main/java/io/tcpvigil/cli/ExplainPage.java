// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import java.util.List;

/**
 * Lays out text for a terminal: headings at the margin, everything else indented, wrapped at blanks. No line ends with
 * a blank. Preformatted lines stay as they are, however narrow the page is.
 */
final class ExplainPage {
    static final int MIN_WIDTH = 40;
    static final int MAX_WIDTH = 100;

    private static final String INDENT = "  ";
    private static final String BOLD = "\u001b[1m";
    private static final String PLAIN = "\u001b[0m";

    private final StringBuilder text = new StringBuilder(4096);
    private final int width;
    private final boolean colour;

    /**
     * @param width columns of the terminal; less than {@link #MIN_WIDTH} or more than {@link #MAX_WIDTH} is taken for
     *     that
     * @param colour whether headings are printed bold
     */
    ExplainPage(int width, boolean colour) {
        this.width = Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, width));
        this.colour = colour;
    }

    /** A title or a heading, after an empty line unless it is the first. */
    void heading(String heading) {
        gap();
        int start = text.length();
        wrap("", "", heading);
        if (colour) {
            text.insert(start, BOLD).insert(text.length() - 1, PLAIN);
        }
    }

    /** A paragraph, after an empty line unless a heading stands right above it. */
    void paragraph(String paragraph) {
        wrap(INDENT, INDENT, paragraph);
    }

    /** A point of a list at depth 1 or 2. */
    void point(int depth, String point) {
        String indent = INDENT.repeat(depth);
        wrap(indent + "- ", indent + INDENT, point);
    }

    /** Two columns; the second one is wrapped inside its own. */
    void entry(String term, int termWidth, String description) {
        String column = INDENT + term + " ".repeat(Math.max(0, termWidth - term.length())) + INDENT;
        wrap(column, " ".repeat(column.length()), description);
    }

    /** Lines that are printed as they stand, with the indent of a paragraph. */
    void preformatted(List<String> lines) {
        for (String line : lines) {
            text.append(line.isEmpty() ? "" : INDENT).append(line).append('\n');
        }
    }

    /** Lines that are printed as they stand from the first column on. */
    void picture(List<String> lines) {
        for (String line : lines) {
            text.append(line).append('\n');
        }
    }

    /** An empty line, unless the page is empty or one stands there already. */
    void gap() {
        int length = text.length();
        if (length > 0 && !(length > 1 && text.charAt(length - 2) == '\n')) {
            text.append('\n');
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private void wrap(String first, String rest, String words) {
        int column = first.length();
        text.append(first);
        boolean lineStart = true;
        int at = 0;
        while (at < words.length()) {
            int end = words.indexOf(' ', at);
            if (end < 0) {
                end = words.length();
            }
            int length = end - at;
            if (!lineStart && column + 1 + length > width) {
                text.append('\n').append(rest);
                column = rest.length();
                lineStart = true;
            }
            if (!lineStart) {
                text.append(' ');
                column++;
            }
            text.append(words, at, end);
            column += length;
            lineStart = false;
            at = end + 1;
        }
        text.append('\n');
    }
}
