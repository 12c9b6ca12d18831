// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpvigil.owners.ProcessSockets.Holder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessSocketsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path proc;

    private Path process(int pid, String name, String... links) throws IOException {
        Path fd = Files.createDirectories(proc.resolve(Integer.toString(pid)).resolve("fd"));
        Files.writeString(fd.resolveSibling("comm"), name + "\n");
        for (int i = 0; i < links.length; i++) {
            Files.createSymbolicLink(fd.resolve(Integer.toString(i)), Path.of(links[i]));
        }
        return fd;
    }

    @Test
    void namesEveryProcessThatHoldsASocketOnce() throws IOException {
        process(10, "nginx", "/dev/null", "socket:[77]", "pipe:[5]", "socket:[77]");
        process(11, "nginx", "socket:[77]", "socket:[78]");
        process(12, "sh", "/dev/null");
        Files.createDirectories(proc.resolve("sys"));
        ProcessSockets sockets = ProcessSockets.scan(proc);
        assertEquals(
                List.of(new Holder(10, "nginx"), new Holder(11, "nginx")),
                sockets.holders(77).stream()
                        .sorted((a, b) -> Long.compare(a.pid(), b.pid()))
                        .toList());
        assertEquals(List.of(new Holder(11, "nginx")), sockets.holders(78));
        assertEquals(List.of(), sockets.holders(5));
        assertEquals(true, sockets.holds(77, "10"));
        assertEquals(true, sockets.holds(78, "nginx"));
        assertEquals(false, sockets.holds(78, "10"));
        assertNull(sockets.holds(79, "nginx"));
        assertEquals(0, sockets.unreadableProcesses());
    }

    @Test
    void passesOverAProcessThatEndsDuringTheWalk() throws IOException {
        process(10, "nginx", "socket:[77]");
        Files.createDirectories(proc.resolve("11"));
        ProcessSockets sockets = ProcessSockets.scan(proc);
        assertEquals(1, sockets.endedProcesses());
        assertEquals(0, sockets.unreadableProcesses());
        assertEquals(1, sockets.holders(77).size());
    }

    @Test
    void failsWhenThereIsNoProc() {
        assertThrows(NoSuchFileException.class, () -> ProcessSockets.scan(proc.resolve("none")));
    }
}
