// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** The time as answers tell it, to the second and made once for each: of all that an answer says it would take longest. */
final class HttpDate {
    private long second = Long.MIN_VALUE;
    private String text = "";

    String at(Instant now) {
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            text = DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atZone(ZoneOffset.UTC));
        }
        return text;
    }
}
