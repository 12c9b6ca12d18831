// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HangUpTest {
    /** What a JVM says in which SIGHUP is asked for; how a signal is handled is settled when a process starts. */
    public static final class Asker {
        private Asker() {}

        public static void main(String[] arguments) {
            System.out.print(HangUp.onSignal(() -> {}));
        }
    }

    private static String ask(String... before) throws IOException {
        List<String> command = new ArrayList<>(List.of(before));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Asker.class.getName()));
        Process java = new ProcessBuilder(command).start();
        return new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void saysSoWhereTheSignalIsIgnored() throws IOException {
        // Whoever runs the tests may have it ignored.
        assertEquals("null", ask("env", "--default-signal=HUP"));
        assertEquals("it is ignored since the start (nohup)", ask("sh", "-c", "trap '' HUP; exec \"$@\"", "sh"));
    }
}
