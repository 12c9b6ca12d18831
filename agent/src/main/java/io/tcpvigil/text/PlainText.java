// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.text;

/**
 * Text of foreign origin (names from files, messages of the kernel) made fit to be shown: nothing in it can start a new
 * line, steer a terminal or turn the direction of what stands around it.
 */
public final class PlainText {
    private static final char REPLACEMENT = '\uFFFD';

    private PlainText() {}

    /** {@code text} in one line of at most {@code limit} characters; what is not fit to be shown becomes U+FFFD. */
    public static String oneLine(String text, int limit) {
        StringBuilder clean = new StringBuilder(Math.min(text.length(), limit));
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            at += Character.charCount(codePoint);
            int shown = isShowable(codePoint) ? codePoint : REPLACEMENT;
            if (clean.length() + Character.charCount(shown) > limit) {
                break;
            }
            clean.appendCodePoint(shown);
        }
        return clean.toString();
    }

    private static boolean isShowable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            // FORMAT holds the bidirectional controls and the zero-width characters.
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
