// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

/** Durations for people: two or three digits and a unit. */
final class Durations {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;

    private Durations() {}

    /** Such as {@code 850 µs}, {@code 4.2 ms}, {@code 15 s}, {@code 3 min}; what is finer is cut off. */
    static String text(long nanos) {
        if (nanos >= 2 * HOUR) {
            return nanos / HOUR + " h";
        }
        if (nanos >= 2 * MINUTE) {
            return nanos / MINUTE + " min";
        }
        if (nanos >= SECOND) {
            return inUnit(nanos, SECOND) + " s";
        }
        return nanos >= MILLI ? inUnit(nanos, MILLI) + " ms" : nanos / MICRO + " µs";
    }

    private static String inUnit(long nanos, long unit) {
        long whole = nanos / unit;
        long tenths = nanos / (unit / 10) % 10;
        return whole >= 10 || tenths == 0 ? Long.toString(whole) : whole + "." + tenths;
    }
}
