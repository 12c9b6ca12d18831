// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Scope;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.kernel.procfs.SockstatFile;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel bounds for the whole host. {@code tcp_max_orphans} and {@code tcp_mem} can be set in the initial namespace
 * only, and there for everybody, which a test must not do: so the two limits are files written by hand. What is held against
 * them, {@code orphan} and {@code mem} of {@code /proc/net/sockstat}, is the kernel's own and counts real sockets.
 */
class HostFindingsIT {
    private static final int MANY = 30;
    private static final int ORPHANS = 60;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path proc;

    /** What the host had when the limit was set. */
    private long now;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    private void limit(String name, String value) throws IOException {
        Files.writeString(proc.resolve("sys/net/ipv4").resolve(name), value);
    }

    private Ward ward() throws IOException {
        Files.createDirectories(proc.resolve("sys/net/ipv4"));
        limit("tcp_max_orphans", "1000000\n");
        limit("tcp_mem", "10000000\t20000000\t30000000\n");
        Libc libc = Libc.get();
        ProcFs procFs = new ProcFs(proc, ProcFs.ofThread().net());
        SourceChoice sources = SourceChoice.only(NetlinkSource.ofThread());
        Sampler sampler =
                new Sampler(sources, procFs, InstantSource.system(), libc::bootTimeNanos, libc::threadCpuNanos);
        sampler.follow(Ward.AT_ONCE, null, "not needed here", null);
        return new Ward(sampler, Ward.thorough());
    }

    private interface Limit {
        void set() throws IOException;
    }

    /** Looks until there is such a finding; the limit goes with what other namespaces have meanwhile. */
    private static Finding awaitWith(Ward ward, FindingId id, Limit limit) throws Exception {
        for (int look = 0; look < 1200; look++) {
            limit.set();
            for (Finding finding : ward.look()) {
                if (finding.id() == id) {
                    return finding;
                }
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no " + id);
    }

    private static SocketUsage usage() throws IOException {
        return new SockstatFile(ProcFs.ofThread()).read();
    }

    @Test
    void findsOrphansThatComeNearTheirLimit() throws Exception {
        Ward.inNamespace(this::ward, ward -> {
            try (Connections orphaned = new Connections(128)) {
                orphaned.listener.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
                orphaned.open(ORPHANS);
                Connections.fillAll(orphaned.clients);
                Connections.closeAll(orphaned.clients);
                // As many orphans, where there is room for a million.
                ward.staysWell(FindingId.FIN_WAIT_1_STUCK);
                // Other namespaces may have some, too, which are counted with ours and end by and by: those of tests
                // before.
                Finding pressure = awaitWith(ward, FindingId.ORPHAN_PRESSURE, () -> {
                    now = usage().orphans().orElseThrow();
                    limit("tcp_max_orphans", 3 * now + "\n");
                });
                assertEquals(Scope.HOST, pressure.scope());
                assertEquals(Severity.WARNING, pressure.severity());
                assertTrue(Ward.measure(pressure, "orphans") >= ORPHANS, pressure.toString());
                // Without ours, those of others are to be no pressure.
                limit("tcp_max_orphans", Math.max(3 * now, 10 * (now - ORPHANS)) + "\n");
                Connections.readAll(orphaned.servers);
                ward.awaitGone(FindingId.ORPHAN_PRESSURE);
            }
        });
    }

    @Test
    void findsBuffersThatTakeAllTheMemoryThereIsForThem() throws Exception {
        Ward.inNamespace(this::ward, ward -> {
            long before = usage().memoryPages().orElseThrow();
            try (Connections full = new Connections(128).open(MANY)) {
                for (SocketChannel each : full.clients) {
                    each.setOption(StandardSocketOptions.SO_SNDBUF, 1 << 20);
                }
                Connections.fillAll(full.clients);
                ward.staysWell();
                long taken = usage().memoryPages().orElseThrow() - before;
                // The kernel counts in steps of a megabyte for each processor.
                assertTrue(taken > 1000, taken + " pages");
                Finding pressure = awaitWith(ward, FindingId.MEMORY_PRESSURE, () -> {
                    now = usage().memoryPages().orElseThrow();
                    long mark = now - taken / 2;
                    limit("tcp_mem", mark + "\t" + mark + "\t" + (now + taken) + "\n");
                });
                assertEquals(Scope.HOST, pressure.scope());
                assertEquals(Severity.CRITICAL, pressure.severity());
                // Ours alone do not decide when it is over: buffers of other namespaces are counted, too. A higher
                // limit does.
                limit("tcp_mem", "10000000\t20000000\t30000000\n");
                ward.awaitGone(FindingId.MEMORY_PRESSURE);
            }
        });
    }
}
