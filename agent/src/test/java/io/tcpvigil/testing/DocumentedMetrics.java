// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of metrics in the README. */
public final class DocumentedMetrics {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern NAME = Pattern.compile("`([a-z0-9_]+)`");

    private DocumentedMetrics() {}

    /**
     * A family of metrics.
     *
     * @param type such as {@code gauge}
     * @param labels its own, in their order
     */
    public record Family(String type, List<String> labels) {}

    /** All families by their names, which are those of Prometheus: a counter's ends with {@code _total}. */
    public static SortedMap<String, Family> read() throws IOException {
        SortedMap<String, Family> families = new TreeMap<>();
        for (String line : Files.readAllLines(README)) {
            String[] cells = line.split("\\|", -1);
            if (cells.length < 5 || !cells[1].matches(" `(tcpvigil|process|jvm)_.*")) {
                continue;
            }
            String labels = cells[3].strip();
            Family family =
                    new Family(cells[2].strip(), labels.isEmpty() ? List.of() : List.of(labels.split(",\\s*", -1)));
            Matcher names = NAME.matcher(cells[1]);
            while (names.find()) {
                assertNull(families.put(names.group(1), family), names.group(1) + " twice");
            }
        }
        assertTrue(families.size() > 40, "the tables are found: " + families);
        return families;
    }
}
