// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Requirement;
import io.tcpvigil.testing.Tcpvigil;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code tcpvigil doctor} in a namespace whose only trouble is an accept queue. */
class DoctorIT {
    private static final int BACKLOG = 9;

    private final List<AutoCloseable> open = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private PrivateNamespace namespace;

    private int port;

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void openNamespace() throws Exception {
        Requirement.root();
        namespace = PrivateNamespace.create(Libc.get());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        namespace.close();
    }

    /** So many connections that nobody accepts. */
    private void queue(int waiting) throws Exception {
        namespace.call(() -> {
            ServerSocketChannel listener = ServerSocketChannel.open()
                    .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
            open.add(listener);
            port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            for (int i = 0; i < waiting; i++) {
                open.add(SocketChannel.open(listener.getLocalAddress()));
            }
            return true;
        });
    }

    private Outcome doctor(String... options) throws Exception {
        return namespace.call(() -> {
            List<String> arguments = new ArrayList<>(List.of("doctor", "--for", "300ms"));
            arguments.addAll(Arrays.asList(options));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            StringWriter err = new StringWriter();
            try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
                CommandLine command = Main.commandLine(new Terminal(out, 80, false), "doctor");
                command.setErr(new PrintWriter(err, true));
                int code = command.execute(arguments.toArray(new String[0]));
                return new Outcome(code, bytes.toString(StandardCharsets.UTF_8), err.toString());
            }
        });
    }

    @Test
    void saysThatNothingIsWrongAndWhatIsClosest() throws Exception {
        queue(5);
        Outcome outcome = doctor();
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(
                outcome.out().contains("Nothing found. " + looked(20, outcome) + " kinds of trouble were looked for."),
                outcome.out());
        assertTrue(
                outcome.out().contains("  accept queue of port " + port + ": 5 of 10 (accept_queue_full)\n"),
                outcome.out());
        assertTrue(outcome.out().contains("  orphan_pressure: tcp_max_orphans is not told"), outcome.out());
    }

    /** Of so many at most; where other namespaces hold many sockets, it may not be known whether any is hidden here. */
    private static int looked(int most, Outcome outcome) {
        return outcome.out().contains("  hidden_closed: ") ? most - 1 : most;
    }

    @Test
    void tellsWhatIsWrongWithinEightyColumns() throws Exception {
        queue(BACKLOG + 1);
        Outcome outcome = doctor();
        assertEquals(DoctorCommand.CRITICAL, outcome.code(), outcome.err());
        assertTrue(
                outcome.out()
                        .contains("\nCRITICAL  port " + port + ": 10 connections wait for accept, room is for 10\n"),
                outcome.out());
        assertTrue(outcome.out().contains("accept_queue=10 (socket table)\n"), outcome.out());
        for (String part : List.of("id", "evidence", "who", "means", "do", "look")) {
            assertTrue(outcome.out().contains("\n  " + part + " "), outcome.out());
        }
        outcome.out().lines().forEach(line -> {
            assertTrue(line.length() <= 80, line);
            assertEquals(line.stripTrailing(), line);
            assertFalse(line.contains("\u001b"), line);
        });
    }

    @Test
    void endsWithTheSeverityThatWasAskedFor() throws Exception {
        queue(BACKLOG);
        assertEquals(DoctorCommand.WARNING, doctor().code());
        assertEquals(DoctorCommand.WARNING, doctor("--fail-on", "warning").code());
        Outcome tolerant = doctor("--fail-on", "critical");
        assertEquals(0, tolerant.code());
        assertTrue(tolerant.out().contains("\nWARNING  port "), tolerant.out());
    }

    @Test
    void keepsToAPortAndAProcess() throws Exception {
        queue(BACKLOG + 1);
        long self = ProcessHandle.current().pid();
        assertEquals(
                DoctorCommand.CRITICAL, doctor("--port", Integer.toString(port)).code());
        assertEquals(0, doctor("--port", "1").code());
        assertEquals(
                DoctorCommand.CRITICAL, doctor("--process", Long.toString(self)).code());
        assertEquals(DoctorCommand.CRITICAL, doctor("--process", "java").code());
        Outcome other = doctor("--process", "nobody");
        assertEquals(0, other.code());
        assertTrue(other.out().contains("only at process nobody"), other.out());
    }

    /** A check that runs without rights must not be green only because it may not see whose the trouble is. */
    @Test
    void saysThatItDoesNotKnowWhoseItIs() throws Exception {
        queue(BACKLOG + 1);
        Outcome outcome = withoutRights("--process", "java");
        assertEquals(ExitCode.COULD_NOT_LOOK, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("\nNot known whether these are of java: "), outcome.out());
        assertTrue(outcome.out().contains("  port " + port + ": 10 connections wait for accept"), outcome.out());
        assertFalse(outcome.out().contains("Nothing found"), outcome.out());
        JsonObject document = JsonParser.parseString(
                        withoutRights("--process", "java", "--json").out())
                .getAsJsonObject();
        assertEquals("unknown", document.get("status").getAsString());
        assertEquals(1, document.getAsJsonArray("of_unknown_process").size());
        assertEquals(0, withoutRights("--port", "1").code());
    }

    private Outcome withoutRights(String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("doctor", "--for", "300ms"));
        arguments.addAll(Arrays.asList(options));
        List<String> command =
                new ArrayList<>(List.of("nsenter", "--net=" + namespace.path(), "setpriv", "--bounding-set=-all"));
        command.addAll(Tcpvigil.command(arguments.toArray(new String[0])));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), out, "");
    }

    @Test
    void printsJson() throws Exception {
        queue(BACKLOG + 1);
        Outcome outcome = doctor("--json");
        assertEquals(DoctorCommand.CRITICAL, outcome.code());
        JsonObject document = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals("tcpvigil.doctor/1", document.get("schema").getAsString());
        assertEquals("critical", document.get("status").getAsString());
        JsonObject finding = document.getAsJsonArray("findings").get(0).getAsJsonObject();
        assertEquals("accept_queue_full", finding.get("id").getAsString());
        assertEquals(
                Integer.toString(port),
                finding.getAsJsonObject("scope").get("name").getAsString());
        assertEquals(10, finding.getAsJsonObject("evidence").get("accept_queue").getAsInt());
    }

    @Test
    void looksThroughProcToo() throws Exception {
        queue(5);
        Outcome outcome = doctor("--source", "proc");
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("accept_queue_full: the limit of 1 queue is not told"), outcome.out());
        assertTrue(outcome.out().contains("Nothing found. " + looked(19, outcome) + " kinds"), outcome.out());
    }

    @Test
    void refusesWhatItDoesNotUnderstand() throws Exception {
        for (String[] wrong : new String[][] {{"--for", "soon"}, {"--port", "0"}, {"--fail-on", "never"}}) {
            Outcome outcome = doctor(wrong);
            assertEquals(ExitCode.USAGE, outcome.code(), outcome.out());
            assertEquals(1, outcome.err().lines().count(), outcome.err());
        }
    }
}
