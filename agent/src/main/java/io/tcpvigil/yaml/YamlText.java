// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

/** Values as they are written. */
public final class YamlText {
    private static final String PLAIN = "[A-Za-z0-9/][A-Za-z0-9/_.%:+-]*";

    private YamlText() {}

    /** A single value that is read as this text again: in quotes where that is needed. */
    public static String scalar(String text) {
        boolean nothing = new YamlScalar(new Place("", 1, ""), text, true).isNothing();
        if (text.matches(PLAIN) && !text.endsWith(":") && !nothing) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
