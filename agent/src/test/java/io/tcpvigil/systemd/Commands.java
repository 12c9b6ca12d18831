// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.Requirement;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs to their end. */
final class Commands {
    /** Far longer than any takes; only so that a hang is a failure. */
    private static final long HANG_SECONDS = 120;

    private Commands() {}

    /** @param said standard output and standard error */
    record Outcome(int code, String said) {
        String orFail() {
            assertEquals(0, code, said);
            return said;
        }
    }

    static Outcome run(Map<String, String> environment, List<String> command) throws Exception {
        File said = File.createTempFile("said", "");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(said);
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(HANG_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            assertTrue(ended, command + " hangs");
            return new Outcome(process.exitValue(), Files.readString(said.toPath(), StandardCharsets.UTF_8));
        } finally {
            Files.delete(said.toPath());
        }
    }

    static Outcome run(String... command) throws Exception {
        return run(Map.of(), List.of(command));
    }

    /** Runs {@code agent/bin/install}, into {@code destination} and not into this system. */
    static Outcome install(Path destination, String... arguments) throws Exception {
        Path agent = Path.of("").toAbsolutePath();
        if (!Files.exists(agent.resolve("target/tcpvigil.jar")) || !Files.exists(agent.resolve("target/lib"))) {
            Requirement.missing("needs target/tcpvigil.jar: mvn package");
        }
        String[] command = new String[arguments.length + 1];
        command[0] = agent.resolve("bin/install").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return run(Map.of("DESTDIR", destination.toString()), List.of(command));
    }
}
