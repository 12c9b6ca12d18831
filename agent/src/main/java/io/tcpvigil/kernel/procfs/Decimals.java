// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

/** Decimal numbers out of text, without exceptions for what is none. */
final class Decimals {
    /** What {@link #parse} gives for text that is not a number. */
    static final long NOT_A_NUMBER = Long.MIN_VALUE;
    /** What {@link #parse} gives for a number that does not fit. */
    static final long TOO_LARGE = Long.MAX_VALUE;

    private Decimals() {}

    /** The number in {@code text} from {@code from} to before {@code to}: digits, perhaps with a minus sign before them. */
    static long parse(String text, int from, int to) {
        boolean negative = from < to && text.charAt(from) == '-';
        int at = negative ? from + 1 : from;
        if (at >= to) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        boolean fits = true;
        for (; at < to; at++) {
            int digit = text.charAt(at) - '0';
            if (digit < 0 || digit > 9) {
                return NOT_A_NUMBER;
            }
            fits &= value <= (Long.MAX_VALUE - 1 - digit) / 10;
            value = fits ? value * 10 + digit : value;
        }
        if (!fits) {
            return TOO_LARGE;
        }
        return negative ? -value : value;
    }

    static long parse(String text) {
        return parse(text, 0, text.length());
    }
}
