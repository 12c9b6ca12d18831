// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of contents of RFC 9293, as far as this project quotes it: sections that exist, and no others. */
final class ExplainRfcSections {
    private static final Set<String> EXISTING = Set.of(
            "3.1",
            "3.2",
            "3.3",
            "3.3.1",
            "3.3.2",
            "3.4",
            "3.4.1",
            "3.4.2",
            "3.4.3",
            "3.5",
            "3.5.1",
            "3.5.2",
            "3.5.3",
            "3.6",
            "3.6.1",
            "3.7",
            "3.8",
            "3.8.1",
            "3.8.3",
            "3.8.4",
            "3.8.6",
            "3.9",
            "3.9.1",
            "3.10",
            "3.10.1",
            "3.10.2",
            "3.10.3",
            "3.10.4",
            "3.10.5",
            "3.10.6",
            "3.10.7",
            "3.10.7.1",
            "3.10.7.2",
            "3.10.7.3",
            "3.10.7.4",
            "3.10.8");

    /** Whatever looks like a section of chapter 3, which is the only one quoted. */
    private static final Pattern SECTION = Pattern.compile("(?<![\\d.])3(\\.\\d+)+");

    private ExplainRfcSections() {}

    static boolean exists(String section) {
        return EXISTING.contains(section);
    }

    /** The sections that a text quotes. */
    static List<String> quotedIn(String text) {
        List<String> quoted = new ArrayList<>();
        Matcher matcher = SECTION.matcher(text);
        while (matcher.find()) {
            quoted.add(matcher.group());
        }
        return quoted;
    }
}
