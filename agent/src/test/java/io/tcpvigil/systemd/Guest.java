// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.systemd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.Requirement;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A real systemd in a container (systemd-nspawn) in which tcpvigil is installed as {@code agent/bin/install} does it. */
final class Guest implements AutoCloseable {
    /** Far longer than anything awaited takes; only so that it ends. */
    private static final long GIVE_UP_SECONDS = 90;

    private final Process nspawn;
    private final ProcessHandle init;

    private Guest(Process nspawn, ProcessHandle init) {
        this.nspawn = nspawn;
        this.init = init;
    }

    /** Boots one; skips the test, with the reason, where that cannot be. */
    static Guest boot(Path scratch) throws Exception {
        Requirement.root();
        for (String program : List.of("systemd-nspawn", "nsenter", "unshare", "perl", "ss", "bpftool")) {
            Requirement.program(program);
        }
        Commands.install(scratch.resolve("installed")).orFail();
        Path script = scratch.resolve("boot.bash");
        try (InputStream resource = Guest.class.getResourceAsStream("boot.bash")) {
            Files.copy(resource, script);
        }
        File said = scratch.resolve("said").toFile();
        Process nspawn = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--propagation=private",
                        "bash",
                        script.toString(),
                        scratch.toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
        Optional<ProcessHandle> init = Optional.empty();
        for (int i = 0; i < GIVE_UP_SECONDS * 20 && init.isEmpty() && nspawn.isAlive(); i++) {
            Thread.sleep(50);
            init = nspawn.descendants().filter(Guest::isFirstOfItsNamespace).findAny();
        }
        if (init.isEmpty()) {
            nspawn.destroyForcibly();
            Requirement.missing("needs systemd-nspawn to boot a systemd, but: "
                    + Files.readString(said.toPath(), StandardCharsets.UTF_8));
        }
        Guest guest = new Guest(nspawn, init.orElseThrow());
        try {
            guest.await(
                    () -> guest.run("systemctl", "is-system-running").said(), state -> state.matches("running\\s+"));
        } catch (Exception | AssertionError failure) {
            guest.close();
            throw failure;
        }
        return guest;
    }

    /** {@code NSpid:  12196  1} in its status: what it is here, and what it is there. */
    private static boolean isFirstOfItsNamespace(ProcessHandle process) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                    .anyMatch(line -> line.matches("NSpid:.*\\s1"));
        } catch (IOException gone) {
            return false;
        }
    }

    /** Runs a program in the container, with all rights that root has outside. */
    Commands.Outcome run(String... command) throws Exception {
        List<String> all = new ArrayList<>(enter());
        all.addAll(List.of(command));
        return Commands.run(Map.of(), all);
    }

    /** Starts one that goes on; whoever starts it ends it. */
    Process start(String... command) throws IOException {
        List<String> all = new ArrayList<>(enter());
        all.addAll(List.of(command));
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    private List<String> enter() {
        return List.of(
                "nsenter",
                "--target=" + init.pid(),
                "--mount",
                "--uts",
                "--ipc",
                "--net",
                "--pid",
                "--cgroup",
                "--root",
                "--wd");
    }

    void write(String file, String text) throws IOException {
        Path path = Path.of("/proc/" + init.pid() + "/root" + file);
        Files.createDirectories(path.resolve("..").normalize());
        Files.writeString(path, text);
    }

    String read(String file) throws IOException {
        return Files.readString(Path.of("/proc/" + init.pid() + "/root" + file));
    }

    /** A property of the unit, as {@code systemctl show} tells it. */
    String property(String name) throws Exception {
        return run("systemctl", "show", "--property=" + name, "--value", "tcpvigil")
                .orFail()
                .strip();
    }

    /** Asks again and again until the answer is as wanted. */
    <T> T await(Callable<T> question, Predicate<T> wanted) throws Exception {
        T answer = question.call();
        long start = System.nanoTime();
        while (!wanted.test(answer)) {
            assertTrue(
                    System.nanoTime() - start < TimeUnit.SECONDS.toNanos(GIVE_UP_SECONDS),
                    "never came, last: " + answer);
            Thread.sleep(50);
            answer = question.call();
        }
        return answer;
    }

    /** With its first process all of it ends. */
    @Override
    public void close() {
        init.destroyForcibly();
        try {
            if (nspawn.waitFor(GIVE_UP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        nspawn.descendants().forEach(ProcessHandle::destroyForcibly);
        nspawn.destroyForcibly();
    }
}
