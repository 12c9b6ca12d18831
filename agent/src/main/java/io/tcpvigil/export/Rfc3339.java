// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Times as text. By hand, because {@code Instant.toString} brings the whole machinery of date formats with it, which a
 * command that prints one time and ends pays for.
 */
public final class Rfc3339 {
    private Rfc3339() {}

    /** The time in UTC with milliseconds (what is finer is cut off): {@code 2026-01-31T12:00:00.000Z}. */
    public static String utc(Instant time) {
        LocalDateTime date = LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(24).append(date.toLocalDate()).append('T');
        two(text, date.getHour()).append(':');
        two(text, date.getMinute()).append(':');
        two(text, date.getSecond()).append('.');
        int millis = date.getNano() / 1_000_000;
        text.append((char) ('0' + millis / 100));
        return two(text, millis % 100).append('Z').toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
