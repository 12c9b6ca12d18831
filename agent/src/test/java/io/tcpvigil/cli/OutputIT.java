// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of output that cannot be written, in a process of its own. */
class OutputIT {
    private record Ended(int code, String err) {}

    private static ProcessBuilder tcpvigil(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshot", "snapshot --json", "explain", "--help"})
    void saysThatTheDiskIsFull(String words) throws Exception {
        Process process = tcpvigil(words.split(" ", -1))
                .redirectOutput(new File("/dev/full"))
                .start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        Ended ended = new Ended(process.waitFor(), err);
        assertEquals(
                new Ended(
                        ExitCode.OUTPUT_FAILED, "tcpvigil: the output could not be written: No space left on device\n"),
                ended);
    }

    @Test
    void endsQuietlyWhenTheReaderHasSeenEnough() throws Exception {
        Process process = tcpvigil("explain", "--list").start();
        process.getInputStream().close();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertTrue(err.isEmpty(), err);
    }
}
