// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import io.tcpvigil.text.PlainText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a whole file: one document, the top of which has keys. An empty file has none. */
public final class YamlFile {
    /** Files that people write are far smaller; what is larger is no such file. */
    static final int MOST_BYTES = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private YamlFile() {}

    /**
     * Reads a file of at most a mebibyte.
     *
     * @throws YamlException if the file cannot be read, or is none for {@link #parse}
     */
    public static YamlMapping read(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException unreadable) {
            throw new YamlException(file + ": cannot be read: " + reason(unreadable), unreadable);
        }
        if (bytes.length > MOST_BYTES) {
            throw new YamlException(file + ": is longer than " + MOST_BYTES + " bytes", null);
        }
        try {
            return parse(
                    file.toString(),
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException notText) {
            throw new YamlException(file + ": is not text in UTF-8", notText);
        }
    }

    /**
     * Reads the text of a file.
     *
     * @param file how to name it in errors
     * @throws YamlException if it is not YAML 1.2, has a key twice, an empty key or one that is not a single value, anchors,
     *     aliases, tags, a second document, or more than {@value YamlReader#DEEPEST} levels
     */
    public static YamlMapping parse(String file, String text) {
        String shownFile = PlainText.oneLine(file, file.length());
        return new YamlReader(shownFile, text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).read();
    }

    private static String reason(IOException unreadable) {
        if (unreadable instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return unreadable instanceof AccessDeniedException
                ? "permission denied"
                : String.valueOf(unreadable.getMessage());
    }
}
