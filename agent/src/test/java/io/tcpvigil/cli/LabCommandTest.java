// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LabCommandTest {
    @ParameterizedTest
    @CsvSource({
        "--json, go with a scenario or --all",
        "--role server, go with a scenario or --all",
        "--hold 3, go with a scenario or --all",
        "handshake --hold -1, --hold -1: 0 or more",
        "handshake --role peer, --role is client or server",
        "--all --role peer, --role is client or server",
        "listen --role client, listen does not have the kernel as client",
        "handshake --family 5, --family is 4 or 6",
        "no-such-thing, no scenario 'no-such-thing'",
        "--all handshake, --all goes with no scenario"
    })
    void refusesWhatItWouldIgnore(String arguments, String message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine(
                new Terminal(new PrintStream(out, true, StandardCharsets.UTF_8), Terminal.UNLIMITED, false), "lab");
        command.setErr(new PrintWriter(err, true));
        assertEquals(ExitCode.USAGE, command.execute(("lab " + arguments).split(" ", -1)), err.toString());
        assertTrue(err.toString().contains(message), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }
}
