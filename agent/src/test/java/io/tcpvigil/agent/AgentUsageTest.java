// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.export.AgentCollector.Usage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
