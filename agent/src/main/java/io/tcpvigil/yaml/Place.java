// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import io.tcpvigil.text.PlainText;

/**
 * Where a value stands.
 *
 * @param file as it was named
 * @param line from 1; that of the key, where the value has one
 * @param path the keys from the top, such as {@code web.listen_addresses[0]}; empty at the top
 */
public record Place(String file, int line, String path) {
    private static final int LONGEST_SHOWN = 80;

    Place key(String key, int keyLine) {
        return new Place(file, keyLine, (path.isEmpty() ? "" : path + ".") + shownKey(key));
    }

    Place item(int index, int itemLine) {
        return new Place(file, itemLine, path + "[" + index + "]");
    }

    /** An exception about what stands here; to be thrown by the caller. */
    public YamlException error(String problem) {
        return new YamlException(this + ": " + problem, null);
    }

    /** {@code FILE:LINE: KEY}, as errors begin. */
    @Override
    public String toString() {
        return file + ":" + line + (path.isEmpty() ? "" : ": " + path);
    }

    /** Text of the file as it is shown in a message. */
    static String shown(String text) {
        String shown = PlainText.oneLine(text, LONGEST_SHOWN);
        return '"' + shown + (text.length() > LONGEST_SHOWN ? "..." : "") + '"';
    }

    private static String shownKey(String key) {
        boolean simple = key.length() <= LONGEST_SHOWN
                && key.chars().allMatch(c -> c == '_' || c == '-' || (c < 0x80 && Character.isLetterOrDigit(c)));
        return simple ? key : shown(key);
    }
}
