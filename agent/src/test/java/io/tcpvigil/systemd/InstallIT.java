// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code agent/bin/install} into a directory. */
class InstallIT {
    @TempDir
    private Path root;

    private List<String> tree() throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> !Files.isDirectory(path))
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    private Commands.Outcome install(String... arguments) throws Exception {
        return Commands.install(root, arguments);
    }

    @Test
    void installsACommandThatRunsFromThere() throws Exception {
        assertEquals(1, install().orFail().lines().count());
        Map<String, String> environment = Map.of("JAVA_HOME", System.getProperty("java.home"));
        String version = Commands.run(
                        environment, List.of(root.resolve("usr/bin/tcpvigil").toString(), "--version"))
                .orFail();
        assertTrue(version.startsWith("tcpvigil "), version);
        assertEquals(Path.of("../lib/tcpvigil/bin/tcpvigil"), Files.readSymbolicLink(root.resolve("usr/bin/tcpvigil")));
        assertFalse(Files.exists(root.resolve("etc/systemd/system/tcpvigil.service.d")), "no right that nobody named");
    }

    @Test
    void replacesAllButSettings() throws Exception {
        install("probe").orFail();
        List<String> once = tree();
        Path settings = root.resolve("etc/default/tcpvigil");
        Path configuration = root.resolve("etc/tcpvigil/tcpvigil.yml");
        Files.writeString(configuration, "sampling:\n");
        Files.writeString(settings, "ARGS=--no-probe\n");
        Files.createFile(root.resolve("usr/lib/tcpvigil/lib/of-an-earlier-version.jar"));
        Files.writeString(root.resolve("usr/lib/systemd/system/tcpvigil.service"), "");
        install().orFail();
        assertEquals(once, tree());
        assertEquals("ARGS=--no-probe\n", Files.readString(settings));
        assertEquals("sampling:\n", Files.readString(configuration));
        assertTrue(Files.size(root.resolve("usr/lib/systemd/system/tcpvigil.service")) > 0);
    }

    @Test
    void removesAllButWhatIsTheUsers() throws Exception {
        install("probe", "owners").orFail();
        Files.createFile(root.resolve("etc/systemd/system/tcpvigil.service.d/mine.conf"));
        install("--uninstall").orFail();
        assertEquals(
                List.of(
                        "etc/default/tcpvigil",
                        "etc/systemd/system/tcpvigil.service.d/mine.conf",
                        "etc/tcpvigil/tcpvigil.yml"),
                tree());
        install("--uninstall").orFail();
    }

    @Test
    void saysInOneLineWhatItDoesNotKnow() throws Exception {
        for (String wrong : List.of("--no-such-option", "no-such-feature")) {
            Commands.Outcome outcome = install(wrong);
            assertEquals(64, outcome.code());
            assertEquals(1, outcome.said().lines().count(), outcome.said());
            assertTrue(outcome.said().contains("buffers owners probe remote"), outcome.said());
            assertEquals(List.of(), tree());
        }
    }
}
