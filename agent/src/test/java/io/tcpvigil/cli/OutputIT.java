// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.Tcpvigil;
import java.io.File;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of output that cannot be written, in a process of its own. */
class OutputIT {
    private record Ended(int code, String err) {}

    private static ProcessBuilder tcpvigil(String... arguments) {
        return new ProcessBuilder(Tcpvigil.command(arguments));
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
