// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Prometheus' own checker says of a page of metrics. */
final class Promtool {
    private Promtool() {}

    /** That it finds nothing to say. */
    static void assertContent(Path page) throws IOException, InterruptedException {
        Requirement.program("promtool");
        Path said = Files.createTempFile("promtool", ".txt");
        try {
            Process check = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectInput(page.toFile())
                    .redirectOutput(said.toFile())
                    .redirectErrorStream(true)
                    .start();
            int exit = check.waitFor();
            assertEquals("", Files.readString(said, StandardCharsets.UTF_8));
            assertEquals(0, exit);
        } finally {
            Files.delete(said);
        }
    }
}
