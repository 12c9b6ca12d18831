// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.inetdiag.DestroyReader;
import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netlink.NetlinkListener;
import io.tcpvigil.kernel.netlink.NetlinkMulticast;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Churn;
import io.tcpvigil.testing.Churn.Life;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the running kernel tells of the sockets it destroys, and how many messages it drops. */
class DestroyEventsIT {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final Life[] ABORTS = {Life.SERVER_CLOSES_UNREAD};
    private static final int CONNECTIONS = 1000;
    private static final int DEADLINE_MILLIS = 60_000;
    private static final long DEADLINE_NANOS = TimeUnit.MILLISECONDS.toNanos(DEADLINE_MILLIS);

    private static void inNamespace(Callable<Boolean> test) throws Exception {
        Requirement.root();
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(test);
        }
    }

    /** Drops of all sockets for NETLINK_SOCK_DIAG in this namespace that joined the groups, from /proc/net/netlink. */
    private static long dropsColumn() throws IOException {
        long drops = 0;
        // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/netlink"))) {
            String[] words = line.trim().split("\\s+", -1);
            if (words[1].equals("4") && Integer.parseUnsignedInt(words[3], 16) == DestroyReader.GROUPS) {
                drops += Long.parseLong(words[8]);
            }
        }
        return drops;
    }

    /**
     * That a churn of so many connections leaves behind: both ends of each, the clients that filled a queue and what was in
     * it, and three listeners.
     */
    private static int sockets(int connections) {
        return 2 * connections + 4 + 3;
    }

    @Test
    void tellsOfEverySocketThatIsDestroyed() throws Exception {
        inNamespace(() -> {
            try (DestroyEvents events = DestroyEvents.ofThread(System::nanoTime)) {
                assertTrue(events.listen());
                assertFalse(events.await(0));
                try (Churn churn = new Churn(LOOPBACK, 1)) {
                    churn.run(ABORTS, 100, 0);
                }
                Set<Long> cookies = new HashSet<>();
                int[] connections = {0};
                long deadline = System.nanoTime() + DEADLINE_NANOS;
                // It is a worker of the kernel that tells of them, when it has time; then nothing more must come.
                boolean more = true;
                while (more && System.nanoTime() - deadline < 0) {
                    more = events.await(200) || cookies.size() < sockets(100);
                    events.drain(message -> {
                        assertTrue(cookies.add(message.cookie()), "told twice");
                        connections[0] += message.remotePort() != 0 ? 1 : 0;
                    });
                }
                assertEquals(sockets(100), cookies.size());
                // Both ends of each, and the clients that filled a queue; what was in the queue has lost its port.
                assertEquals(2 * 100 + 2, connections[0]);
                assertEquals(0, events.lost());
                assertNull(events.problem());
                assertTrue(events.bufferBytes() >= 16 << 20, events.bufferBytes() + " bytes");
            }
            return true;
        });
    }

    /** A buffer far too small, that nobody reads meanwhile. */
    @Test
    void countsExactlyWhatTheKernelDropped() throws Exception {
        inNamespace(() -> {
            try (NetlinkListener all =
                            NetlinkListener.open(Libc.get(), InetDiagReader.PROTOCOL, DestroyReader.GROUPS, 32 << 20);
                    DestroyEvents small = new DestroyEvents(
                            () -> NetlinkListener.open(
                                    Libc.get(), InetDiagReader.PROTOCOL, DestroyReader.GROUPS, 32 << 10),
                            System::nanoTime)) {
                assertTrue(small.listen());
                try (Churn churn = new Churn(LOOPBACK, 1)) {
                    churn.run(ABORTS, CONNECTIONS, 0);
                }
                long sent = 0;
                long deadline = System.nanoTime() + DEADLINE_NANOS;
                while (sent < sockets(CONNECTIONS) && System.nanoTime() - deadline < 0) {
                    all.await(200);
                    while (all.receive() != NetlinkMulticast.NOTHING) {
                        sent++;
                    }
                }
                assertEquals(sockets(CONNECTIONS), sent);
                long taken = small.drain(message -> {});
                // The last message is given to one listener after the other.
                while (taken + small.lost() < sent && System.nanoTime() - deadline < 0) {
                    taken += small.drain(message -> {});
                }
                System.out.println("of " + sent + " messages, " + taken + " found room in " + small.bufferBytes()
                        + " bytes, " + small.lost() + " were lost");
                assertTrue(small.lost() > 0);
                assertEquals(0, all.dropped());
                assertEquals(sent, taken + small.lost());
                assertEquals(dropsColumn(), small.lost());

                // It takes up again at once, without a word of ENOBUFS.
                long lostBefore = small.lost();
                try (Churn churn = new Churn(LOOPBACK, 1)) {
                    churn.run(ABORTS, 5, 0);
                }
                assertTrue(small.await(DEADLINE_MILLIS));
                assertTrue(small.drain(message -> {}) > 0);
                assertEquals(lostBefore, small.lost());
                assertNull(small.problem());
            }
            return true;
        });
    }

    @Test
    void hearsNothingOfOtherNamespaces() throws Exception {
        inNamespace(() -> {
            try (DestroyEvents events = DestroyEvents.ofThread(System::nanoTime)) {
                assertTrue(events.listen());
                inNamespace(() -> {
                    try (Churn churn = new Churn(LOOPBACK, 1)) {
                        churn.run(ABORTS, 10, 0);
                    }
                    return true;
                });
                assertFalse(events.await(100));
                assertEquals(List.of(0, 0L), List.of(events.drain(message -> {}), events.received()));
            }
            return true;
        });
    }
}
