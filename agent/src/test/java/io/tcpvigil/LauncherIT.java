// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code agent/bin/tcpvigil} run as users run it, in a copy of the clone that holds the scripts and what the build made,
 * but no sources and no start-up archive.
 */
class LauncherIT {
    /** Far longer than any start; only so that a hang is a failure. */
    private static final long HANG_SECONDS = 120;

    private static final String NOBODY = "65534";
    private static final int OLDEST_JAVA = 17;
    private static final int SIGTERM = 15;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path scratch;

    private Path agent = Path.of("");
    private Path launcher = Path.of("");

    private record Outcome(int code, String out, String err) {
        void assertFine() {
            assertEquals(0, code, err);
            assertEquals("", err);
        }
    }

    @BeforeEach
    void copyClone() throws IOException {
        Path built = Path.of("").toAbsolutePath();
        if (!Files.exists(built.resolve("target/tcpvigil.jar")) || !Files.exists(built.resolve("target/lib"))) {
            Requirement.missing("needs target/tcpvigil.jar: mvn package");
        }
        // JUnit keeps its directory from other users; a plain user is to read this one.
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
        agent = Files.createDirectories(scratch.resolve("clone/agent"));
        for (String part : List.of("bin", "target/lib", "target/jni", "target/tcpvigil.jar", "pom.xml")) {
            copy(built.resolve(part), agent.resolve(part));
        }
        copy(built.resolveSibling("pom.xml"), agent.resolveSibling("pom.xml"));
        Files.createDirectories(agent.resolve("src/main"));
        Files.createDirectories(agent.resolve("target/start"));
        Files.createFile(agent.resolve("target/start/built"));
        launcher = agent.resolve("bin/tcpvigil");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.resolveSibling("."));
        CopyOption[] asTheyAre = {StandardCopyOption.COPY_ATTRIBUTES};
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.copy(path, to.resolve(from.relativize(path).toString()), asTheyAre);
            }
        }
    }

    /** A home of each version of Java that is installed, by version; the one that runs this test among them. */
    static List<String> javaHomes() throws IOException {
        Map<Integer, String> byFeature = new TreeMap<>();
        Path usual = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(usual)) {
            try (DirectoryStream<Path> homes = Files.newDirectoryStream(usual)) {
                for (Path home : homes) {
                    int feature = feature(home);
                    if (feature >= OLDEST_JAVA) {
                        byFeature.put(feature, home.toString());
                    }
                }
            }
        }
        byFeature.put(Runtime.version().feature(), System.getProperty("java.home"));
        return List.copyOf(byFeature.values());
    }

    /** The version that the file {@code release} of a Java tells: {@code JAVA_VERSION="17.0.15"}; 0 without one. */
    private static int feature(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.exists(release)) {
            return 0;
        }
        for (String line : Files.readAllLines(release)) {
            if (line.startsWith("JAVA_VERSION=\"")) {
                return Runtime.Version.parse(line.substring(line.indexOf('"') + 1, line.lastIndexOf('"')))
                        .feature();
            }
        }
        return 0;
    }

    private Outcome run(Map<String, String> environment, String... command) throws Exception {
        Path out = Files.createTempFile(scratch, "out", "");
        Path err = Files.createTempFile(scratch, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(scratch.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "TCPVIGIL_BUILT_AT"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(HANG_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError(String.join(" ", command) + " hangs");
        }
        return new Outcome(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private Outcome launch(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return run(Map.of(), command.toArray(String[]::new));
    }

    private Path archive() throws IOException {
        try (Stream<Path> files = Files.list(agent.resolve("target/start"))) {
            List<Path> archives = files.filter(file ->
                            file.toString().endsWith(".jsa") || file.toString().endsWith(".aot"))
                    .toList();
            assertEquals(1, archives.size(), archives.toString());
            return archives.get(0);
        }
    }

    @Test
    void passesTheExitCodeOn() throws Exception {
        Outcome outcome = launch("snapshot", "--no-such-option");
        assertEquals(64, outcome.code(), outcome.err());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
    }

    @Test
    void passesArgumentsOnUnchanged() throws Exception {
        Outcome outcome = launch("snapshot", "*");
        assertEquals(64, outcome.code());
        assertTrue(outcome.err().contains("'*'"), outcome.err());
    }

    /** A supervisor knows one process: the one that it started, which must be the JVM. */
    @Test
    void passesASignalOn() throws Exception {
        Process daemon = new ProcessBuilder(launcher.toString(), "daemon", "--web.listen-address=127.0.0.1:0")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out = daemon.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.contains("http://")) {
                line = out.readLine();
            }
            assertNotNull(line, "the daemon ended early");
            assertEquals(List.of(), daemon.children().toList());
            daemon.destroy();
            assertTrue(daemon.waitFor(HANG_SECONDS, TimeUnit.SECONDS));
            assertEquals(128 + SIGTERM, daemon.exitValue());
        } finally {
            daemon.descendants().forEach(ProcessHandle::destroyForcibly);
            daemon.destroyForcibly();
        }
    }

    @Test
    void runsThroughSymbolicLinks() throws Exception {
        Path first = Files.createSymbolicLink(scratch.resolve("first"), Path.of("clone/agent/bin/tcpvigil"));
        Path directory = Files.createDirectory(scratch.resolve("directory"));
        Path second = Files.createSymbolicLink(directory.resolve("second"), Path.of("../first"));
        for (Path link : List.of(first, second)) {
            Outcome outcome = run(Map.of(), link.toString(), "--version");
            outcome.assertFine();
            assertTrue(outcome.out().startsWith("tcpvigil "), outcome.out());
        }
        run(Map.of("PATH", directory + ":" + System.getenv("PATH")), "bash", "-c", "second --version")
                .assertFine();
        run(Map.of(), "bash", "-c", "cd directory && ./second --version").assertFine();
    }

    @ParameterizedTest
    @ValueSource(strings = {"head -1", "true"})
    void endsQuietlyWhenNobodyReads(String reader) throws Exception {
        run(Map.of(), "bash", "-c", "\"$0\" snapshot --sockets | " + reader, launcher.toString())
                .assertFine();
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void printsNothingOnStandardError(String javaHome) throws Exception {
        for (String command : List.of("snapshot", "snapshot", "daemon --help")) {
            Outcome outcome =
                    run(Map.of("JAVA_HOME", javaHome), "bash", "-c", "\"$0\" " + command, launcher.toString());
            outcome.assertFine();
            assertTrue(
                    outcome.out().contains(command.startsWith("snapshot") ? "\nESTABLISHED " : "Usage: "),
                    outcome.out());
        }
    }

    @ParameterizedTest
    @MethodSource("javaHomes")
    void makesAnArchiveOnceAndUsesIt(String javaHome) throws Exception {
        run(Map.of("JAVA_HOME", javaHome), launcher.toString(), "--version").assertFine();
        Path archive = archive();
        assertTrue(Files.size(archive) > 1_000_000, archive + " is small");
        FileTime made = Files.getLastModifiedTime(archive);
        Path loaded = scratch.resolve("loaded");
        run(
                        Map.of("JAVA_HOME", javaHome, "TCPVIGIL_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded),
                        launcher.toString(),
                        "snapshot")
                .assertFine();
        assertEquals(made, Files.getLastModifiedTime(archive));
        String classes = Files.readString(loaded);
        for (String name : List.of("io.tcpvigil.cli.SnapshotCommand", "picocli.CommandLine")) {
            assertTrue(classes.contains(" " + name + " source: shared objects file"), name + " is not in the archive");
        }
    }

    /** Of one that samples: its archive names a class that neither the help nor a snapshot needs. */
    @ParameterizedTest
    @MethodSource("javaHomes")
    void makesAnArchiveOfADaemonAndUsesIt(String javaHome) throws Exception {
        run(Map.of("JAVA_HOME", javaHome), launcher.toString(), "daemon", "--help")
                .assertFine();
        Path archive = archive();
        assertTrue(archive.toString().endsWith("-daemon.jsa"), archive.toString());
        assertTrue(Files.size(archive) > 1_000_000, archive + " is small");
        String names = new String(Files.readAllBytes(archive), StandardCharsets.ISO_8859_1);
        assertTrue(names.contains("io/tcpvigil/lifecycle/Inference"), "no class of a daemon that samples");
        Path loaded = scratch.resolve("loaded");
        run(
                        Map.of("JAVA_HOME", javaHome, "TCPVIGIL_JAVA_OPTIONS", "-Xlog:class+load:file=" + loaded),
                        launcher.toString(),
                        "daemon",
                        "--help")
                .assertFine();
        String name = "io.tcpvigil.cli.DaemonCommand";
        assertTrue(
                Files.readString(loaded).contains(" " + name + " source: shared objects file"),
                name + " is not in the archive");
    }

    @Test
    void unpacksNothingAtAStart() throws Exception {
        // In /proc nobody can make a file; jffi would try the working directory next.
        Outcome outcome = run(
                Map.of("TCPVIGIL_JAVA_OPTIONS", "-Djava.io.tmpdir=/proc"),
                "bash",
                "-c",
                "cd /proc && exec \"$0\" snapshot --source=netlink",
                launcher.toString());
        outcome.assertFine();
        assertTrue(outcome.out().contains("\nsource netlink, "), outcome.out());
    }

    @Test
    void makesAnotherArchiveForAnotherJar() throws Exception {
        launch("--version").assertFine();
        FileTime made = Files.getLastModifiedTime(archive());
        Files.setLastModifiedTime(agent.resolve("target/tcpvigil.jar"), FileTime.fromMillis(made.toMillis() + 1000));
        launch("--version").assertFine();
        assertTrue(Files.getLastModifiedTime(archive()).compareTo(made) > 0);
    }

    @Test
    void worksForAPlainUserWhoMayNotWrite() throws Exception {
        Requirement.root();
        Requirement.program("setpriv");
        List<String> before = tree();
        for (String command : List.of("snapshot", "snapshot --json", "explain time_wait", "snapshot --sockets -p")) {
            Outcome outcome = run(
                    Map.of(),
                    "bash",
                    "-c",
                    "exec setpriv --reuid " + NOBODY + " --regid " + NOBODY + " --clear-groups \"$0\" " + command,
                    launcher.toString());
            outcome.assertFine();
            assertEquals(
                    command.endsWith("-p"),
                    outcome.out().contains("not readable: run as root or add CAP_SYS_PTRACE"),
                    outcome.out());
        }
        assertEquals(before, tree());
    }

    private List<String> tree() throws IOException {
        try (Stream<Path> paths = Files.walk(agent)) {
            return paths.map(Path::toString).sorted().toList();
        }
    }

    /** Puts a Maven in front of the real one that does nothing but what {@code script} says. */
    private Map<String, String> withMaven(String script) throws IOException {
        Path directory = Files.createDirectories(scratch.resolve("path"));
        Path maven = directory.resolve("mvn");
        Files.writeString(maven, "#!/bin/bash\nset -eu\n" + script + "\n");
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Map.of("PATH", directory + ":" + System.getenv("PATH"));
    }

    private void changeASource() throws IOException {
        Files.setLastModifiedTime(agent.resolve("target/start/built"), FileTime.fromMillis(0));
        Files.createFile(agent.resolve("src/main/Changed.java"));
    }

    @Test
    void buildsAnewWhenASourceIsNewer() throws Exception {
        Map<String, String> environment = withMaven("echo \"$@\" >>calls; echo noise; touch agent/target/start/built");
        run(environment, launcher.toString(), "--version").assertFine();
        assertFalse(Files.exists(agent.resolveSibling("calls")));
        changeASource();
        Outcome outcome = run(environment, launcher.toString(), "--version");
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().startsWith("tcpvigil: building"), outcome.err());
        assertFalse(outcome.out().contains("noise"));
        run(environment, launcher.toString(), "--version").assertFine();
        assertEquals(1, Files.readAllLines(agent.resolveSibling("calls")).size());
    }

    @Test
    void buildsOnceForTwoStarts() throws Exception {
        changeASource();
        // Two builds at once would both pass the check before either has set the mark.
        Map<String, String> environment = withMaven("echo call >>calls; sleep 0.5; touch agent/target/start/built");
        Outcome outcome = run(
                environment,
                "bash",
                "-c",
                "\"$0\" --version & first=$!; \"$0\" --version & wait $! && wait $first",
                launcher.toString());
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals(2, outcome.out().lines().count(), outcome.out());
        assertEquals(1, Files.readAllLines(agent.resolveSibling("calls")).size());
    }

    @Test
    void printsTheWholeLogOfABuildThatFails() throws Exception {
        changeASource();
        Outcome outcome = run(withMaven("echo first line; echo last line; exit 1"), launcher.toString(), "--version");
        assertEquals(69, outcome.code());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains("first line\nlast line\n"), outcome.err());
        assertTrue(outcome.err().endsWith("tcpvigil: the build failed: see above\n"), outcome.err());
    }

    @Test
    void saysWhatToInstallWhenThereIsNoJava() throws Exception {
        Requirement.root();
        Requirement.program("setpriv");
        Outcome outcome = run(
                Map.of("JAVA_HOME", "/nonexistent", "PATH", "/usr/bin:/bin"),
                "unshare",
                "--mount",
                "bash",
                "-c",
                "mount -t tmpfs none /usr/lib/jvm && exec setpriv --reuid " + NOBODY + " --regid " + NOBODY
                        + " --clear-groups \"$0\" --version",
                launcher.toString());
        assertEquals(69, outcome.code(), outcome.err());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("apt install openjdk-"), outcome.err());
    }
}
