// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Waits for what the kernel has begun and not yet told everybody. It takes a socket out of its tables first and calls the
 * tracepoint of that transition last, and on a busy machine a processor may stand still between the two: who has seen by
 * a dump that a socket is gone does not know that a probe has seen it, too.
 */
public final class KernelRest {
    /** {@code <linux/membarrier.h>}: returns after a grace period of RCU, which no softirq in progress outlasts. */
    private static final int MEMBARRIER_CMD_GLOBAL = 1;

    /** The states that the kernel leaves by itself, once the other end has been told what this process did. */
    private static final Set<TcpState> PASSING =
            EnumSet.of(TcpState.SYN_RECEIVED, TcpState.FIN_WAIT_1, TcpState.CLOSING, TcpState.LAST_ACK);

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long PAUSE_MILLIS = 2;

    private KernelRest() {}

    /** What has been seen to be over is then over for every observer: all softirqs that were at work have ended. */
    public static void barrier() throws SyscallException {
        Libc.get().systemCall("membarrier", membarrier(), MEMBARRIER_CMD_GLOBAL, 0);
    }

    /**
     * Waits until both ends of all connections in the namespace of this thread have taken in what either end has done, for
     * every observer. Not for namespaces where a connection stands in the middle of its opening or end.
     */
    public static void await() throws SyscallException {
        SocketQuery query = new SocketQuery(PASSING, false, false, SocketFilter.ALL);
        SocketTable table = new SocketTable();
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        try (NetlinkSource source = NetlinkSource.ofThread()) {
            source.dump(query, table);
            while (table.rows() > 0 || !table.coverage().isComplete()) {
                assertTrue(System.nanoTime() - deadline < 0, () -> "the kernel does not come to rest: " + table.rows());
                pause();
                source.dump(query, table);
            }
        }
        barrier();
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", stop);
        }
    }

    /** {@code arch/x86/entry/syscalls/syscall_64.tbl}; {@code include/uapi/asm-generic/unistd.h} for aarch64. */
    private static int membarrier() {
        return switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> 324;
            case "aarch64" -> 283;
            default -> throw new AssertionError("the number of membarrier(2) is not known for this CPU");
        };
    }
}
