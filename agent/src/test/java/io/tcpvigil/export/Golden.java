// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whole texts that are kept beside the tests; {@code -Dgolden.update} writes them anew. */
final class Golden {
    private static final Path FOLDER = Path.of("src", "test", "resources", "io", "tcpvigil", "export");

    private Golden() {}

    static Path path(String name) {
        return FOLDER.resolve(name);
    }

    static void assertMatches(String name, String text) throws IOException {
        Path file = path(name);
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text, name + " differs; -Dgolden.update accepts what is there now");
    }
}
