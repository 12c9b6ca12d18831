// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.NamespaceEntry;
import io.tcpvigil.kernel.netns.NamespaceFinder;
import io.tcpvigil.kernel.netns.NetworkNamespace;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Five namespaces, each with a process and with as many listeners as its number. */
class NamespaceSourcesIT {
    private final List<Process> processes = new ArrayList<>();
    private final List<PrivateNamespace> makers = new ArrayList<>();
    private final List<ServerSocket> listeners = new ArrayList<>();
    private final List<Long> inodes = new ArrayList<>();
    private final NamespaceFinder finder = NamespaceFinder.usual();

    @BeforeEach
    void makeNamespaces() throws Exception {
        Requirement.root();
        Requirement.program("nsenter");
        for (int i = 1; i <= 5; i++) {
            int count = i;
            PrivateNamespace namespace = PrivateNamespace.create(Libc.get());
            makers.add(namespace);
            namespace.call(() -> {
                for (int j = 0; j < count; j++) {
                    listeners.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                }
                return inodes.add(inode("/proc/thread-self/ns/net"));
            });
            // Not started from inside: the JDK's thread that waits for its end would be made there, and stay.
            Process process = new ProcessBuilder("nsenter", "--net=" + namespace.path(), "sleep", "600").start();
            processes.add(process);
            String there = "/proc/" + process.pid() + "/ns/net";
            await(() -> inode(there) == inodes.get(inodes.size() - 1));
        }
    }

    @AfterEach
    void removeNamespaces() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        for (ServerSocket listener : listeners) {
            listener.close();
        }
        makers.forEach(PrivateNamespace::close);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!holds(condition)) {
            assertTrue(System.nanoTime() < deadline, "waited in vain");
            Thread.sleep(1);
        }
    }

    /** A thread or process that ends while it is looked at makes the answer a no for now. */
    private static boolean holds(Callable<Boolean> condition) throws Exception {
        try {
            return condition.call();
        } catch (IOException ended) {
            return false;
        }
    }

    private static long inode(String path) throws IOException {
        String link = Files.readSymbolicLink(Path.of(path)).toString();
        return Long.parseLong(link, link.indexOf('[') + 1, link.indexOf(']'), 10);
    }

    private List<NetworkNamespace> ours() throws IOException {
        return finder.find().namespaces().stream()
                .filter(namespace -> inodes.contains(namespace.inode()))
                .sorted((a, b) -> Integer.compare(inodes.indexOf(a.inode()), inodes.indexOf(b.inode())))
                .toList();
    }

    @Test
    void readsEachNamespaceThroughASocketOfItsOwn() throws Exception {
        List<NetworkNamespace> namespaces = ours();
        assertEquals(5, namespaces.size());
        SocketTable table = new SocketTable();
        try (NamespaceSources sources = new NamespaceSources()) {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 5; i++) {
                    NamespaceSources.Used used = sources.dump(namespaces.get(i), SocketQuery.ALL, table);
                    assertEquals("netlink", used.source());
                    assertNull(used.reason());
                    assertEquals(i + 1, table.rows());
                }
            }
            assertEquals(5, sources.openSockets());
        }
    }

    @Test
    void readsThemThroughAProcessWhereTheyMayNotBeEntered() throws Exception {
        SocketTable table = new SocketTable();
        try (NamespaceSources sources = new NamespaceSources()) {
            for (int i = 0; i < 5; i++) {
                NetworkNamespace namespace = ours().get(i);
                // What cannot be opened stands for what may not be entered.
                NetworkNamespace closed =
                        new NetworkNamespace(namespace.inode(), null, namespace.pid(), Path.of("/proc/self/ns/none"));
                NamespaceSources.Used used = sources.dump(closed, SocketQuery.ALL, table);
                assertEquals("proc", used.source());
                assertTrue(String.valueOf(used.reason()).contains("not entered"), used.reason());
                assertEquals(i + 1, table.rows());
            }
        }
    }

    @Test
    void isNotHarmedByANamespaceThatGoesInMidLook() throws Exception {
        SocketTable table = new SocketTable();
        try (NamespaceSources sources = new NamespaceSources()) {
            List<NetworkNamespace> namespaces = ours();
            for (NetworkNamespace namespace : namespaces.subList(0, 3)) {
                sources.dump(namespace, SocketQuery.ALL, table);
            }
            // One that was read before, one that is still to be read.
            end(1);
            end(4);
            for (int i = 0; i < 5; i++) {
                NamespaceSources.Used used = sources.dump(namespaces.get(i), SocketQuery.ALL, table);
                if (i == 4) {
                    assertEquals(Coverage.Extent.FAILED, table.coverage().extent());
                    assertTrue(String.valueOf(used.reason()).contains("ENOENT"), used.reason());
                } else {
                    assertEquals(Coverage.complete(), table.coverage());
                    assertEquals(i == 1 ? 0 : i + 1, table.rows());
                }
            }
            List<NetworkNamespace> left = ours();
            assertEquals(3, left.size());
            sources.keepOnly(left);
            assertEquals(3, sources.openSockets(), "what is gone is let go");
        }
    }

    /** Takes everything that keeps namespace number {@code index} alive. */
    private void end(int index) throws Exception {
        processes.get(index).destroyForcibly().waitFor();
        int from = index * (index + 1) / 2;
        for (ServerSocket listener : listeners.subList(from, from + index + 1)) {
            listener.close();
        }
        makers.get(index).close();
        // The thread that made it ends a moment later.
        await(() -> !threadNamespaces().contains(inodes.get(index)));
    }

    /** In which namespaces the threads of this program are. */
    private static Set<Long> threadNamespaces() throws IOException {
        Set<Long> found = new TreeSet<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                // One that has ended is in no namespace.
                if (Files.isSymbolicLink(task.resolve("ns/net"))) {
                    found.add(inode(task + "/ns/net"));
                }
            }
        }
        return found;
    }

    @Test
    void leavesNoThreadInANamespaceItEntered() throws Exception {
        long here = inode("/proc/thread-self/ns/net");
        for (NetworkNamespace namespace : ours()) {
            long there = NamespaceEntry.call(namespace.path(), () -> inode("/proc/thread-self/ns/net"));
            assertEquals(namespace.inode(), there);
            assertNotEquals(here, there);
            assertThrows(
                    IllegalStateException.class,
                    () -> NamespaceEntry.call(namespace.path(), () -> {
                        throw new IllegalStateException("work fails inside");
                    }));
        }
        assertEquals(here, inode("/proc/thread-self/ns/net"));
        makers.forEach(PrivateNamespace::close);
        await(() -> Collections.disjoint(threadNamespaces(), inodes));
    }
}
