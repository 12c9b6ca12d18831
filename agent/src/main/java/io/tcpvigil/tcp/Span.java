// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

/** Reads spans of time as users write them: {@code 500ms}, {@code 60s}, {@code 5m}, {@code 2h}, {@code 1d}. */
public final class Span {
    /** What may be written, for messages. */
    public static final String ALLOWED = "a span is a number with ms, s, m, h or d";

    private Span() {}

    /** Milliseconds; a bare number is seconds. -1 when {@code text} is no span. */
    public static long parseMillis(String text) {
        int unit = 0;
        while (unit < text.length() && Character.isDigit(text.charAt(unit))) {
            unit++;
        }
        long count = FilterValues.number(text.substring(0, unit));
        long scale = switch (text.substring(unit)) {
            case "ms" -> 1;
            case "", "s" -> 1000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> -1;
        };
        return count < 0 || scale < 0 ? -1 : count * scale;
    }

    /** The shortest way to write so many milliseconds: {@code 500ms}, {@code 15s}, {@code 1m}. */
    public static String text(long millis) {
        long[] scales = {86_400_000, 3_600_000, 60_000, 1000};
        String units = "dhms";
        for (int i = 0; i < scales.length; i++) {
            if (millis > 0 && millis % scales[i] == 0) {
                return millis / scales[i] + units.substring(i, i + 1);
            }
        }
        return millis + "ms";
    }
}
