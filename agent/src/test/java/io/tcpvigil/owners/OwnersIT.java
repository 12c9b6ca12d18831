// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The map of owners against {@code ss}, with sockets that are forked, shared and passed on by a Perl script. */
class OwnersIT {
    private static SocketTable dump() {
        SocketTable table = new SocketTable();
        try (NetlinkSource source = NetlinkSource.ofThread()) {
            source.dump(SocketQuery.ALL, table);
        }
        return table;
    }

    /** Lines such as {@code ESTAB 0 0 127.0.0.1:80 127.0.0.1:4000 users:(("perl",pid=7,fd=3),("perl",pid=8,fd=3))}. */
    private static Map<String, String> ownersAsSsSays() throws Exception {
        Process ss =
                new ProcessBuilder("ss", "-Htanp").redirectErrorStream(true).start();
        Map<String, String> owners = new TreeMap<>();
        try (BufferedReader lines = ss.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.trim().split(" +", -1);
                TreeSet<Integer> pids = new TreeSet<>();
                for (String part : line.split("pid=", -1)) {
                    if (Character.isDigit(part.charAt(0))) {
                        pids.add(Integer.valueOf(part.substring(0, part.indexOf(','))));
                    }
                }
                owners.put(words[3] + " " + words[4].replace("0.0.0.0:*", "*:*"), pids.toString());
            }
        }
        assertTrue(ss.waitFor(60, TimeUnit.SECONDS));
        return owners;
    }

    private static Map<String, String> ownersAsWeSay(OwnerMap owners, SocketTable table) {
        Map<String, String> found = new TreeMap<>();
        for (int row = 0; row < table.rows(); row++) {
            TreeSet<Integer> pids = new TreeSet<>();
            // ss knows those that hold a descriptor, and no others.
            if (owners.evidence(table, row) == Evidence.HELD) {
                owners.processes(table, row).forEach(process -> pids.add(process.pid()));
            }
            found.put(table.local(row) + " " + table.remote(row), pids.toString());
        }
        return found;
    }

    @Test
    void agreesWithSsOnForkedSharedAndPassedSockets(@TempDir Path scratch) throws Exception {
        Requirement.root();
        Requirement.program("ss");
        Requirement.program("perl");
        Path script = scratch.resolve("shared.pl");
        try (InputStream in = OwnersIT.class.getResourceAsStream("shared.pl")) {
            assertNotNull(in);
            Files.copy(in, script);
        }
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                Process perl = new ProcessBuilder("perl", script.toString())
                        .redirectErrorStream(true)
                        .start();
                try (BufferedReader lines = perl.inputReader(StandardCharsets.UTF_8)) {
                    assertEquals("ready", lines.readLine());
                    OwnerMap owners = new OwnerMap(Path.of("/proc"), System::nanoTime);
                    SocketTable table = dump();
                    owners.look(table, true, Long.MAX_VALUE, 0);
                    Map<String, String> ours = ownersAsWeSay(owners, table);
                    assertEquals(ownersAsSsSays(), ours);
                    long shared = ours.values().stream()
                            .filter(pids -> pids.contains(","))
                            .count();
                    assertTrue(shared >= 3, "shared sockets: " + ours);
                    assertWaitingBelongsToTheListener(owners, table);
                } finally {
                    perl.getOutputStream().close();
                    assertTrue(perl.waitFor(60, TimeUnit.SECONDS));
                }
                return true;
            });
        }
    }

    private static void assertWaitingBelongsToTheListener(OwnerMap owners, SocketTable table) {
        int waiting = 0;
        for (int row = 0; row < table.rows(); row++) {
            if (table.state(row) == TcpState.ESTABLISHED && table.inode(row) == 0) {
                waiting++;
                assertEquals(Evidence.LISTENER, owners.evidence(table, row));
                assertTrue(owners.processes(table, row).size() >= 3, "the parent and its two workers");
            }
        }
        assertEquals(1, waiting);
    }

    @Test
    void tellsOfItselfWhatTheKernelTells() throws Exception {
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            OwnerMap owners = new OwnerMap(Path.of("/proc"), System::nanoTime);
            owners.readAll();
            SocketTable table = dump();
            int row = 0;
            while (table.localPort(row) != held.getLocalPort()) {
                row++;
            }
            List<OwnerProcess> processes = owners.processes(table, row);
            assertEquals(1, processes.size());
            OwnerProcess self = processes.get(0);
            assertEquals(ProcessHandle.current().pid(), self.pid());
            ProcessDetails details = new ProcessInspector().details(self).orElseThrow();
            assertEquals(System.getProperty("user.name"), details.user());
            assertTrue(details.commandLine().contains("java"), details.commandLine());
            assertTrue(details.openFiles() > 3 && details.openFiles() <= details.softOpenFileLimit());
            assertTrue(details.softOpenFileLimit() <= details.hardOpenFileLimit());
            assertTrue(details.descriptorShare() > 0 && details.descriptorShare() < 1);
            OwnerProcess other = new OwnerProcess(self.pid(), self.startTicks() + 1, "java", Placement.UNKNOWN);
            assertTrue(new ProcessInspector().details(other).isEmpty(), "another process had this pid");
            OwnerProcess none = new OwnerProcess(Integer.MAX_VALUE, 1, "none", Placement.UNKNOWN);
            assertTrue(new ProcessInspector().details(none).isEmpty());
        }
    }
}
