// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as users start it, on the JVM that runs this test. */
class LauncherIT {
    private static final Path LAUNCHER = Path.of("bin/tcpvigil").toAbsolutePath();
    private static final int NOBODY = 65534;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path scratch;

    private record Ended(int code, String out, String err) {}

    private Ended run(String... command) throws IOException, InterruptedException {
        Path err = Files.createTempFile(scratch, "stderr", "");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().remove("TCPVIGIL_JAVA_OPTIONS");
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err));
    }

    private Ended tcpvigil(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString()));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    @Test
    void printsNothingButTheAnswer() throws Exception {
        Ended ended = tcpvigil("snapshot");
        assertEquals("", ended.err());
        assertEquals(0, ended.code());
        assertTrue(ended.out().contains("\nESTABLISHED "), ended.out());
    }

    @Test
    void passesTheExitCodeOn() throws Exception {
        Ended ended = tcpvigil("snapshot", "--nope");
        assertEquals(64, ended.code());
        assertEquals("", ended.out());
        assertEquals(1, ended.err().lines().count(), ended.err());
    }

    @Test
    void tellsTheVersionOfTheJar() throws Exception {
        Ended ended = tcpvigil("--version");
        assertEquals(0, ended.code(), ended.err());
        assertTrue(ended.out().matches("tcpvigil \\d+\\.\\d+\\.\\d+.*\n"), ended.out());
    }

    @Test
    void startsThroughASymbolicLink() throws Exception {
        Path link = Files.createSymbolicLink(scratch.resolve("tv"), LAUNCHER);
        Ended ended = run(link.toString(), "--version");
        assertEquals(0, ended.code(), ended.err());
    }

    @Test
    void endsQuietlyWhenItsReaderHasSeenEnough() throws Exception {
        Ended ended = run("bash", "-c", "set -o pipefail; '" + LAUNCHER + "' explain | head -1");
        assertEquals("", ended.err());
        assertEquals(0, ended.code());
        assertEquals(1, ended.out().lines().count());
    }

    @Test
    void answersAPlainUserWhoMayNotWriteHere() throws Exception {
        Requirement.root();
        Requirement.program("setpriv");
        // The clone itself may lie where other users cannot look.
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path clone = scratch.resolve("clone");
        Path agent = Files.createDirectories(clone.resolve("agent"));
        assertEquals(0, run("cp", "-a", "bin", "pom.xml", agent.toString()).code());
        assertEquals(0, run("cp", "-a", "../pom.xml", clone.toString()).code());
        Files.createDirectories(agent.resolve("src/main"));
        Path target = Files.createDirectories(agent.resolve("target"));
        assertEquals(
                0,
                run("cp", "-a", "target/tcpvigil.jar", "target/lib", "target/start", target.toString())
                        .code());
        String id = Integer.toString(NOBODY);
        Ended ended = run(
                "setpriv",
                "--reuid=" + id,
                "--regid=" + id,
                "--clear-groups",
                agent.resolve("bin/tcpvigil").toString(),
                "snapshot",
                "--sockets",
                "-p");
        assertEquals(0, ended.code(), ended.err());
        assertTrue(ended.out().contains("processes that do not show their sockets: "), ended.out());
        assertFalse(ended.err().contains("Exception"), ended.err());
    }
}
