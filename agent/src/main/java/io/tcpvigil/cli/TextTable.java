// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text that fits a width: columns as wide as their contents. Where that is too wide, the widest columns are made
 * narrower, and after a cell that does not fit its column the row goes on in the next line. A last column that is too long goes on
 * below itself, broken at blanks, while there is room for it; else the line is cut.
 */
final class TextTable {
    private static final String GAP = "  ";
    private static final String CUT = "..";
    /** A last column narrower than this is cut instead of being wrapped. */
    private static final int NARROWEST_WRAP = 14;
    /** No other column is made narrower than this. */
    private static final int NARROWEST_COLUMN = 12;

    private final String[] headings;
    private final boolean[] right;
    private final int[] widths;
    private final List<String[]> rows = new ArrayList<>();

    /** @param headings one for each column; a leading {@code >} sets the column flush right */
    TextTable(String... headings) {
        this.headings = new String[headings.length];
        this.right = new boolean[headings.length];
        this.widths = new int[headings.length];
        for (int i = 0; i < headings.length; i++) {
            right[i] = headings[i].startsWith(">");
            this.headings[i] = right[i] ? headings[i].substring(1) : headings[i];
            widths[i] = this.headings[i].length();
        }
    }

    /** Adds a row, one cell for each column. */
    void row(String... cells) {
        measure(cells);
        rows.add(cells);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Prints the headings and the rows that were added. */
    void print(Terminal terminal) {
        printHeadings(terminal);
        for (String[] row : rows) {
            print(terminal, row);
        }
    }

    /** Widens the columns for a row that is not kept: for tables too long to be held, which are walked twice. */
    void measure(String... cells) {
        if (cells.length != headings.length) {
            throw new IllegalArgumentException(cells.length + " cells for " + headings.length + " columns");
        }
        for (int i = 0; i < cells.length; i++) {
            widths[i] = Math.max(widths[i], cells[i].length());
        }
    }

    void printHeadings(Terminal terminal) {
        terminal.out().println(terminal.bold(line(headings, terminal.width())));
    }

    /** Prints a row that was measured before. */
    void print(Terminal terminal, String... cells) {
        terminal.out().println(line(cells, terminal.width()));
    }

    private String line(String[] cells, int width) {
        int[] fitted = fitted(width);
        StringBuilder above = new StringBuilder();
        StringBuilder line = new StringBuilder();
        int last = cells.length - 1;
        int start = 0;
        for (int i = 0; i <= last; i++) {
            int begin = start + (right[i] ? Math.max(0, fitted[i] - cells[i].length()) : 0);
            if (i > 0 && line.length() + GAP.length() > start) {
                above.append(cut(line, width)).append(System.lineSeparator());
                line.setLength(0);
            }
            line.append(" ".repeat(begin - line.length())).append(printable(cells[i]));
            trim(line);
            start += i == last ? 0 : fitted[i] + GAP.length();
        }
        if (line.length() > width && width - start >= NARROWEST_WRAP && !right[last]) {
            return above + wrap(line.toString(), start, width);
        }
        return above + cut(line, width);
    }

    private static String cut(StringBuilder line, int width) {
        return line.length() <= width ? line.toString() : line.substring(0, width - CUT.length()) + CUT;
    }

    /** The widths of the columns, so that a line fits: the widest that are flush left are made narrower. */
    private int[] fitted(int width) {
        int[] fitted = widths.clone();
        int last = fitted.length - 1;
        long rest = (long) width - Math.min(widths[last], NARROWEST_WRAP) - (long) last * GAP.length();
        for (int i = 0; i < last; i++) {
            rest -= fitted[i];
        }
        int widest = rest < 0 ? widest(fitted) : last;
        while (rest < 0 && widest < last) {
            fitted[widest]--;
            rest++;
            widest = widest(fitted);
        }
        return rest < 0 ? widths : fitted;
    }

    /** The widest column but the last that may be made narrower; the last when there is none. */
    private int widest(int[] fitted) {
        int widest = fitted.length - 1;
        int most = NARROWEST_COLUMN;
        for (int i = 0; i < fitted.length - 1; i++) {
            if (!right[i] && fitted[i] > Math.max(most, headings[i].length())) {
                widest = i;
                most = fitted[i];
            }
        }
        return widest;
    }

    /** Breaks the line at blanks; what does not fit goes on at {@code indent}. A word too long for a line is cut. */
    private static String wrap(String line, int indent, int width) {
        StringBuilder wrapped = new StringBuilder();
        String rest = line;
        while (rest.length() > width) {
            int blank = rest.lastIndexOf(' ', width);
            int end = blank > indent ? blank : width;
            wrapped.append(rest.substring(0, end).stripTrailing()).append(System.lineSeparator());
            rest = " ".repeat(indent) + rest.substring(end).stripLeading();
        }
        return wrapped.append(rest).toString();
    }

    private static void trim(StringBuilder line) {
        int end = line.length();
        while (end > 0 && line.charAt(end - 1) == ' ') {
            end--;
        }
        line.setLength(end);
    }

    /** Names come from outside: a control character in one of them must not reach the terminal. */
    static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPrintable(text.charAt(i))) {
                StringBuilder safe = new StringBuilder(text);
                for (int at = i; at < safe.length(); at++) {
                    if (!isPrintable(safe.charAt(at))) {
                        safe.setCharAt(at, '?');
                    }
                }
                return safe.toString();
            }
        }
        return text;
    }

    private static boolean isPrintable(char c) {
        // C0, DEL and C1 controls; the marks that turn the direction of text round.
        return c >= 0x20
                && (c < 0x7F || c > 0x9F)
                && (c < 0x200B || c > 0x200F)
                && (c < 0x202A || c > 0x202E)
                && (c < 0x2066 || c > 0x2069);
    }
}
