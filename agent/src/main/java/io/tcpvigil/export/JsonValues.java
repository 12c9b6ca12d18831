// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;

/** Values that gson would write otherwise: unknown numbers as null, fractions without an exponent. */
final class JsonValues {
    private JsonValues() {}

    /** Writes {@code value}, or null when it is negative, which is how the tables say unknown. */
    static void known(JsonWriter json, String name, long value) throws IOException {
        json.name(name);
        if (value < 0) {
            json.nullValue();
        } else {
            json.value(value);
        }
    }

    /** Writes {@code units} divided by 10 to the power {@code scale}, or null when {@code units} is negative. */
    static void decimal(JsonWriter json, String name, long units, int scale) throws IOException {
        json.name(name);
        if (units < 0) {
            json.nullValue();
        } else {
            json.jsonValue(decimal(units, scale));
        }
    }

    /** {@code units} (not negative) divided by 10 to the power {@code scale}: digits and a point, nothing else. */
    static String decimal(long units, int scale) {
        StringBuilder text = new StringBuilder(22).append(units);
        while (text.length() <= scale) {
            text.insert(0, '0');
        }
        text.insert(text.length() - scale, '.');
        int end = text.length();
        while (text.charAt(end - 1) == '0') {
            end--;
        }
        if (text.charAt(end - 1) == '.') {
            end--;
        }
        return text.substring(0, end);
    }
}
