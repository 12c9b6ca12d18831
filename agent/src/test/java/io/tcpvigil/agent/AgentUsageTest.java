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
                "--enable-native-access=ALL-UNNAMED",
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
        Path statm = directory.resolve("statm");
        Files.writeString(statm, "250000 12800 5120 1 0 60000 0\n");
        assertEquals(52_428_800, AgentUsage.residentBytes(statm, 4096));
        Files.writeString(statm, "250000 many 5120 1 0 60000 0\n");
        assertEquals(-1, AgentUsage.residentBytes(statm, 4096));
        Files.writeString(statm, "250000");
        assertEquals(-1, AgentUsage.residentBytes(statm, 4096));
        assertEquals(-1, AgentUsage.residentBytes(directory.resolve("none"), 4096));
    }

    @Test
    void readsTheSameMemoryAsTheKernelTellsInWords() throws IOException {
        long told = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
        assertEquals((double) told, (double) AgentUsage.read().residentBytes(), 20e6);
    }
}
