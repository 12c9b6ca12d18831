// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallNumbers;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left where the kernel tells less of itself. */
class FallbackIT {
    private static final Libc LIBC = Libc.get();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private static Path folder;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    /** A list of mounts in which tracefs is at {@code path}; without it when that is empty. */
    private static TraceFs mountedAt(String path) throws Exception {
        Path mounts = Files.createTempFile(folder, "mounts", "");
        Files.writeString(
                mounts, "proc /proc proc rw 0 0\n" + (path.isEmpty() ? "" : "t " + path + " tracefs rw,nosuid 0 0\n"));
        return new TraceFs(LIBC, mounts);
    }

    @Test
    void countsForTheWholeHostWithoutTypes() throws Exception {
        String before = Files.readString(Path.of("/proc/self/mounts"));
        TransitionProbe.Attempt attempt =
                TransitionProbe.open(LIBC, TransitionProbe.Settings.ofThread(), folder.resolve("none"), mountedAt(""));
        assertEquals(before, Files.readString(Path.of("/proc/self/mounts")), "a mount was left");
        try (TransitionProbe probe =
                assertInstanceOf(TransitionProbe.Opened.class, attempt).probe()) {
            assertEquals(TransitionProbe.Scope.HOST, probe.scope());
            assertEquals(TransitionProbe.Hook.TRACEPOINT, probe.hook());
            try (Churn churn = new Churn("127.0.0.1")) {
                churn.abort(5);
            }
            TransitionTotals totals = new TransitionTotals();
            probe.read(totals);
            assertTrue(totals.count(Where.UNTOLD, TcpState.ESTABLISHED, TcpState.CLOSED) >= 10);
            for (Where where : Set.of(Where.WATCHED, Where.ELSEWHERE)) {
                assertEquals(0, totals.count(where, TcpState.ESTABLISHED, TcpState.CLOSED));
                assertEquals(0, totals.opened(where, TransitionTotals.Opener.PEER));
            }
        }
    }

    @Test
    void namesBothWaysWhenNeitherIsThere() throws Exception {
        TransitionProbe.Attempt attempt = TransitionProbe.open(
                LIBC,
                TransitionProbe.Settings.ofThread(),
                folder.resolve("none"),
                mountedAt(folder.resolve("empty").toString()));
        TransitionProbe.Unsupported unsupported = assertInstanceOf(TransitionProbe.Unsupported.class, attempt);
        assertEquals(Set.of(Missing.TRACEFS), unsupported.missing());
        assertFalse(unsupported.isRight());
        assertTrue(unsupported.message().contains("mount -t tracefs"), unsupported.message());
        assertTrue(unsupported.message().contains("CONFIG_DEBUG_INFO_BTF"), unsupported.message());
        assertEquals(1, unsupported.message().lines().count());
    }

    @Test
    void keepsTheLogOfTheVerifier() {
        Bpf bpf = new Bpf(LIBC, SyscallNumbers.ofThisCpu().orElseThrow());
        // R0 is never set.
        byte[] wrong = new Assembler().exit().build();
        ProgramRejectedException rejected = assertThrows(
                ProgramRejectedException.class, () -> bpf.load(Bpf.PROG_TYPE_RAW_TRACEPOINT, 0, "wrong", wrong));
        assertTrue(rejected.log().contains("R0 !read_ok"), rejected.log());
        assertTrue(String.valueOf(rejected.getMessage()).contains("R0 !read_ok"), rejected.getMessage());
    }
}
