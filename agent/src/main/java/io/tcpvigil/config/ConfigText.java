// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import java.util.List;

/** Configurations as YAML, for people: one that is in force, and the example with every default. */
public final class ConfigText {
    private static final int COMMENT_WIDTH = 100;
    private static final String INDENT = "  ";

    private final StringBuilder text = new StringBuilder();
    private List<String> headings = List.of();

    private ConfigText() {}

    /**
     * The values in force, each with where it came from. Read again, it gives the same values:
     *
     * <pre>
     * sampling:
     *   interval: 500ms  # --interval
     * </pre>
     */
    public static String inForce(Configuration configuration) {
        ConfigText out = new ConfigText();
        for (Configuration.Entry<?> entry : configuration.entries()) {
            String indent = out.heading(entry.key());
            out.line(indent + entry.key().lastName() + ": " + entry.text() + "  # " + entry.origin());
        }
        return out.text.toString();
    }

    /**
     * Every key with its help and its default, commented out:
     *
     * <pre>
     * sampling:
     *   # From one sample to the next. Write a number with ms, s, m, h or d, from 10ms to 1h.
     *   #interval: 1s
     * </pre>
     */
    public static String example(KeyTable table) {
        ConfigText out = new ConfigText();
        for (Key<?> key : table.keys()) {
            String indent = out.heading(key);
            String restart = key.live() ? "" : " A change needs a restart.";
            out.comment(indent, key.description(key.type().allowed()) + restart);
            out.line(indent + "#" + key.lastName() + ": " + key.usualText());
        }
        return out.text.toString();
    }

    /** Begins what is new of the headings above a key; how far the key is indented below them. */
    private String heading(Key<?> key) {
        List<String> names = List.of(key.name().split("\\.", -1));
        List<String> above = names.subList(0, names.size() - 1);
        for (int level = 0; level < above.size(); level++) {
            if (headings.size() <= level || !headings.subList(0, level + 1).equals(above.subList(0, level + 1))) {
                if (level == 0 && text.length() > 0) {
                    line("");
                }
                line(INDENT.repeat(level) + above.get(level) + ":");
                headings = above.subList(0, level + 1);
            }
        }
        headings = above;
        return INDENT.repeat(above.size());
    }

    private void comment(String indent, String sentences) {
        if (sentences.isEmpty()) {
            return;
        }
        StringBuilder line = new StringBuilder();
        for (String word : sentences.split(" ", -1)) {
            if (indent.length() + line.length() + word.length() > COMMENT_WIDTH) {
                line(indent + "#" + line);
                line.setLength(0);
            }
            line.append(' ').append(word);
        }
        line(indent + "#" + line);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
