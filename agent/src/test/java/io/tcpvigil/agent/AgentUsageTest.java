// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.export.AgentCollector.Usage;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentUsageTest {
    @TempDir
    Path directory;

    @Test
    void tellsWhatThisProcessTakes() {
        Usage usage = AgentUsage.read();
        assertTrue(usage.cpuSeconds() > 0, usage.toString());
        assertTrue(usage.residentBytes() > 10_000_000, usage.toString());
        assertTrue(usage.startSeconds() > 1.7e9, usage.toString());
        assertTrue(usage.openDescriptors() > 2 && usage.openDescriptors() <= usage.descriptorLimit(), usage.toString());
        assertTrue(usage.heapBytes() > 0 && usage.nonHeapBytes() > 0 && usage.threads() > 0, usage.toString());
        assertTrue(!usage.collections().isEmpty(), usage.toString());
    }

    @Test
    void isReadAtTheLimitOfDescriptors() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n 100 && exec \"$@\"", "sh"));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                WithoutDescriptors.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), told);
        assertEquals("-1", told);
    }

    /** A program that reads what it takes once it has opened all files that it may. */
    static final class WithoutDescriptors {
        private WithoutDescriptors() {}

        public static void main(String[] none) {
            // All classes are there, then.
            AgentUsage.read();
            List<InputStream> open = new ArrayList<>();
            try {
                while (true) {
                    open.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException limit) {
                System.out.print(
                        open.isEmpty() ? "opened none" : AgentUsage.read().openDescriptors());
            }
        }
    }

    @Test
    void readsTheMemoryInRam() throws IOException {
        Path status = directory.resolve("status");
        Files.writeString(status, "Name:\tjava\nVmHWM:\t   60000 kB\nVmRSS:\t   51200 kB\nThreads:\t14\n");
        assertEquals(52_428_800, AgentUsage.residentBytes(status));
        Files.writeString(status, "VmRSS:\t   many kB\n");
        assertEquals(-1, AgentUsage.residentBytes(status));
        Files.writeString(status, "Name:\tjava\n");
        assertEquals(-1, AgentUsage.residentBytes(status));
        assertEquals(-1, AgentUsage.residentBytes(directory.resolve("none")));
    }
}
