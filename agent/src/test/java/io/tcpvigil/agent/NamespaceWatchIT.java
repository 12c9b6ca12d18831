// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.NamespaceFinder;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.report.OtherNamespaces;
import io.tcpvigil.report.OtherNamespaces.Counted;
import io.tcpvigil.report.Report.Host;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A namespace that is there, and is gone. */
class NamespaceWatchIT {
    @BeforeEach
    void needsRoot() {
        Requirement.root();
        Requirement.program("nsenter");
    }

    private static long number(Path namespace) throws IOException {
        return ((Number) Files.getAttribute(namespace, "unix:ino")).longValue();
    }

    private static Optional<Counted> find(NamespaceWatch watch, long own, long number) {
        return watch.look(own).counted().stream()
                .filter(each -> each.inode() == number)
                .findFirst();
    }

    @Test
    void countsTheOthersAsLongAsTheyAreThere() throws Exception {
        long own = number(Path.of("/proc/thread-self/ns/net"));
        long other;
        try (NamespaceWatch watch = new NamespaceWatch(NamespaceFinder.usual())) {
            try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get());
                    ServerSocket listener = namespace.call(() -> new ServerSocket(0))) {
                other = number(namespace.path());
                // What a process is in is found; the thread that made it is not looked for.
                Process process = new ProcessBuilder("nsenter", "--net=" + namespace.path(), "sleep", "600").start();
                try {
                    Optional<Counted> counted = find(watch, own, other);
                    while (counted.isEmpty() && process.isAlive()) {
                        counted = find(watch, own, other);
                    }
                    Counted there = counted.orElseThrow();
                    assertEquals("net:[" + other + "]", there.label());
                    assertEquals("netlink", there.source());
                    assertEquals(1, there.ipv4().plus(there.ipv6()).of(TcpState.LISTEN), listener::toString);
                    assertTrue(find(watch, own, own).isEmpty(), "not its own");
                } finally {
                    process.destroyForcibly().waitFor();
                }
            }
            assertTrue(find(watch, own, other).isEmpty(), "gone");
        }
    }

    @Test
    void countsNothingWhileItDoesNotKnowWhichIsItsOwn() {
        try (NamespaceWatch watch = new NamespaceWatch(NamespaceFinder.usual())) {
            OtherNamespaces seen = watch.look(Host.UNKNOWN_NAMESPACE);
            assertEquals(List.of(), seen.counted());
            assertTrue(seen.gaps().get(0).startsWith("the own network namespace is not known"));
        }
    }
}
