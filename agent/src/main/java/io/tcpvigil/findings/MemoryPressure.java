// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import java.util.OptionalLong;

/** Buffers of all TCP sockets against {@code tcp_mem}. */
final class MemoryPressure extends Detector {
    private static final double CRITICAL = 1;

    MemoryPressure() {
        super(FindingId.MEMORY_PRESSURE);
    }

    @Override
    void look(Observation now, Rows rows, Readings out) {
        OptionalLong used = now.usage().memoryPages();
        OptionalLong pressure = now.limits().memoryPressurePages();
        if (used.isEmpty() || pressure.isEmpty()) {
            out.unknown("tcp_mem is not told in this network namespace");
            return;
        }
        out.fills(
                Scope.HOST,
                "pages of tcp_mem",
                used.getAsLong(),
                pressure.getAsLong(),
                threshold(now),
                CRITICAL,
                () -> new Account(
                                used.getAsLong(),
                                "TCP buffers take " + used.getAsLong() + " pages; above " + pressure.getAsLong()
                                        + " sockets are held back")
                        .measure("memory_pages", used.getAsLong(), "/proc/net/sockstat mem")
                        .measure("pressure_pages", pressure.getAsLong(), "net.ipv4.tcp_mem")
                        .measure("high_pages", now.limits().memoryHighPages().orElse(-1), "net.ipv4.tcp_mem")
                        .counted(now, KernelEvent.ABORT_ON_MEMORY)
                        .means("Under pressure windows shrink, and all connections of the host become slow; at the last"
                                + " number of tcp_mem, segments are dropped and connections reset.")
                        .remedy(
                                "Look for sockets with long queues (RECV-Q: an application does not read; SEND-Q: a peer does"
                                        + " not). If all of them are needed, raise net.ipv4.tcp_mem.")
                        .command("tcpvigil snapshot --sockets -p"));
    }
}
