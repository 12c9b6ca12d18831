// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.Nullable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a client prefers: the ranges of an {@code Accept} or {@code Accept-Encoding} field with their weights (RFC 9110
 * sections 12.4.2, 12.5.1 and 12.5.3). Of the parameters only {@code q} and {@code version} are looked at; a range with a
 * weight that is no number counts as unwanted.
 */
public final class AcceptHeader {
    private static final int EXACT = 4;
    private static final int ANY_VERSION = 3;
    private static final int ANY_SUBTYPE = 2;
    private static final int ANYTHING = 1;
    private static final int NO_MATCH = 0;

    private final List<Range> ranges;

    private record Range(String name, @Nullable String version, double weight) {}

    private AcceptHeader(List<Range> ranges) {
        this.ranges = ranges;
    }

    /** Reads the field; null or empty text is a client that says nothing and gets weight 0 for everything. */
    public static AcceptHeader parse(@Nullable String field) {
        List<Range> ranges = new ArrayList<>();
        if (field != null) {
            for (String element : split(field, ',')) {
                List<String> parts = split(element, ';');
                if (!parts.isEmpty()) {
                    ranges.add(range(parts));
                }
            }
        }
        return new AcceptHeader(ranges);
    }

    private static Range range(List<String> parts) {
        String version = null;
        double weight = 1;
        for (String parameter : parts.subList(1, parts.size())) {
            int equals = parameter.indexOf('=');
            if (equals < 0) {
                continue;
            }
            String key = parameter.substring(0, equals).trim().toLowerCase(Locale.ROOT);
            String value = unquote(parameter.substring(equals + 1).trim());
            if (key.equals("q")) {
                weight = weight(value);
            } else if (key.equals("version")) {
                version = value;
            }
        }
        return new Range(parts.get(0).toLowerCase(Locale.ROOT), version, weight);
    }

    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (at <= text.length()) {
            int end = text.indexOf(separator, at);
            if (end < 0) {
                end = text.length();
            }
            String part = text.substring(at, end).trim();
            if (!part.isEmpty()) {
                parts.add(part);
            }
            at = end + 1;
        }
        return parts;
    }

    private static String unquote(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    /** Reads {@code qvalue}: 0 to 1 with at most three decimals; 0 when it is anything else. */
    private static double weight(String text) {
        if (text.isEmpty() || text.length() > 5 || (text.length() > 1 && text.charAt(1) != '.')) {
            return 0;
        }
        int thousandths = 0;
        for (int i = 0; i < 5; i++) {
            if (i == 1) {
                continue;
            }
            char digit = i < text.length() ? text.charAt(i) : '0';
            if (digit < '0' || digit > '9') {
                return 0;
            }
            thousandths = thousandths * 10 + (digit - '0');
        }
        return thousandths > 1000 ? 0 : thousandths / 1000.0;
    }

    /**
     * The weight of a media type in a version, 0 (not wanted) to 1: that of the most specific range that covers it.
     *
     * @param type in lower case, such as {@code text/plain}
     */
    public double mediaType(String type, String version) {
        String anySubtype = type.substring(0, type.indexOf('/') + 1) + "*";
        int best = NO_MATCH;
        double weight = 0;
        for (Range range : ranges) {
            int match = match(range, type, version, anySubtype);
            if (match > best || (match == best && match != NO_MATCH && range.weight > weight)) {
                best = match;
                weight = range.weight;
            }
        }
        return weight;
    }

    private static int match(Range range, String type, String version, String anySubtype) {
        if (range.name.equals(type)) {
            return range.version == null ? ANY_VERSION : range.version.equals(version) ? EXACT : NO_MATCH;
        }
        return range.name.equals(anySubtype) ? ANY_SUBTYPE : range.name.equals("*/*") ? ANYTHING : NO_MATCH;
    }

    /** Whether a content coding, in lower case such as {@code gzip}, is wanted: named or covered by {@code *}, not 0. */
    public boolean coding(String name) {
        double any = 0;
        for (Range range : ranges) {
            if (range.name.equals(name)) {
                return range.weight > 0;
            }
            if (range.name.equals("*")) {
                any = range.weight;
            }
        }
        return any > 0;
    }
}
