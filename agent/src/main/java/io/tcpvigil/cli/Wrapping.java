// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import java.util.ArrayList;
import java.util.List;

/** Text broken into lines at blanks. */
final class Wrapping {
    private Wrapping() {}

    /**
     * The lines of {@code text}; those after the first begin with {@code indent}. A word too long for a line gets one of its
     * own, uncut: it may be part of a command.
     */
    static List<String> lines(String text, int width, String indent) {
        List<String> lines = new ArrayList<>();
        String rest = text;
        while (rest.length() > width) {
            int blank = rest.lastIndexOf(' ', width);
            if (blank <= indentOf(rest)) {
                blank = rest.indexOf(' ', width);
            }
            if (blank < 0) {
                break;
            }
            lines.add(rest.substring(0, blank).stripTrailing());
            rest = indent + rest.substring(blank).stripLeading();
        }
        lines.add(rest);
        return lines;
    }

    private static int indentOf(String line) {
        int indent = 0;
        while (indent < line.length() && line.charAt(indent) == ' ') {
            indent++;
        }
        return indent;
    }
}
