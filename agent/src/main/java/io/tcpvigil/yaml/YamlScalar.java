// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import java.util.Collection;

/**
 * A single value, which is text until somebody asks for something else.
 *
 * @param content what stands there, without quotes
 * @param plain whether it stood there without quotes
 */
public record YamlScalar(Place place, String content, boolean plain) implements YamlValue {
    private static final int MOST_DIGITS = 18;

    /** Whether nothing stands there, or a word that YAML has for nothing. */
    public boolean isNothing() {
        return plain && (content.isEmpty() || content.equals("~") || content.equalsIgnoreCase("null"));
    }

    /**
     * What stands there, quoted or not.
     *
     * @throws YamlException if nothing does
     */
    public String text() {
        if (isNothing()) {
            throw place.error("a value is missing");
        }
        return content;
    }

    /**
     * A plain true or false.
     *
     * @throws YamlException if it is neither
     */
    public boolean bool() {
        if (plain && content.equalsIgnoreCase("true")) {
            return true;
        }
        if (plain && content.equalsIgnoreCase("false")) {
            return false;
        }
        throw wrong("true or false");
    }

    /**
     * A whole number in decimal digits.
     *
     * @param least not below 0
     * @throws YamlException if it is none, or not from {@code least} to {@code most}
     */
    public long integer(long least, long most) {
        boolean digits = plain && content.length() <= MOST_DIGITS && content.matches("[0-9]+");
        long value = digits ? Long.parseLong(content) : -1;
        if (value < least || value > most) {
            throw wrong("a whole number from " + least + " to " + most);
        }
        return value;
    }

    /**
     * A word out of a list.
     *
     * @throws YamlException if it is none of {@code allowed}
     */
    public String oneOf(Collection<String> allowed) {
        String text = text();
        if (!allowed.contains(text)) {
            throw wrong("one of " + String.join(", ", allowed));
        }
        return text;
    }

    /** An exception that shows the value and says what to write instead; to be thrown by the caller. Not for secrets. */
    public YamlException wrong(String allowed) {
        return place.error(
                isNothing() ? "a value is missing; write " + allowed : Place.shown(content) + ": write " + allowed);
    }
}
