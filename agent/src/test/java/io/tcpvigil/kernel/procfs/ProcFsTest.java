// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Against the {@code /proc} of this machine, whatever else is on it. */
class ProcFsTest {
    private final SocketTable table = new SocketTable();

    @Test
    void findsItsOwnSocketsInTheRealTable() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (ServerSocket server = new ServerSocket(0, 8, loopback);
                Socket client = new Socket(loopback, server.getLocalPort())) {
            for (ProcFs procFs : List.of(
                    ProcFs.host(),
                    ProcFs.ofThread(),
                    ProcFs.ofProcess(ProcessHandle.current().pid()))) {
                table.clear();
                NetTcpFile reader = new NetTcpFile(procFs);
                NetTcpFile.Result ipv4 = reader.read(Family.IPV4, NetTcpFile.ALL_STATES, table);
                NetTcpFile.Result ipv6 = reader.read(Family.IPV6, NetTcpFile.ALL_STATES, table);

                assertEquals("", ipv4.firstMalformed() + ipv6.firstMalformed());
                // A dual-stack JVM has IPv6 sockets, which hold IPv4 addresses as mapped ones.
                int listener = row(server.getLocalPort(), 0);
                assertEquals(TcpState.LISTEN, table.state(listener));
                assertEquals(1, table.receiveQueue(listener), "one connection waits to be accepted");
                int connection = row(client.getLocalPort(), server.getLocalPort());
                assertEquals(TcpState.ESTABLISHED, table.state(connection));
                assertEquals(SocketKind.FULL, table.kind(connection));
                assertEquals(
                        "127.0.0.1", table.local(connection).address().onWire().toString());
                assertTrue(table.inode(connection) > 0);
                assertEquals(0, table.inode(row(server.getLocalPort(), client.getLocalPort())), "not yet accepted");
            }
        }
    }

    @Test
    void readsTheRealCountersAndLimits() throws IOException {
        ProcFs procFs = ProcFs.ofThread();

        assertTrue(new SnmpFile(procFs).readTcp().get("ActiveOpens").isPresent());
        assertTrue(new NetstatFile(procFs).readTcpExt().get("ListenOverflows").isPresent());
        assertTrue(new SockstatFile(procFs).read().timeWait().isPresent());
        Sysctls sysctls = Sysctls.read(procFs);
        assertEquals(List.of(), sysctls.problems());
        assertTrue(sysctls.localPortRange().isPresent());
        assertTrue(sysctls.localReservedPorts().isPresent());
        assertTrue(sysctls.somaxconn().orElse(0) > 0);
        assertEquals(OptionalLong.of(1), new SnmpFile(procFs).readTcp().get("RtoAlgorithm"));
    }

    @Test
    void saysThatAProcessIsGone() {
        // Above the largest process id of any kernel, 2^22.
        NetTcpFile reader = new NetTcpFile(ProcFs.ofProcess(1L << 23));

        for (Family family : Family.values()) {
            assertThrows(NoSuchFileException.class, () -> reader.read(family, NetTcpFile.ALL_STATES, table));
        }
    }

    @Test
    void namesAFileThatCannotBeRead() {
        // Reading the address 0 of a process fails with EIO.
        IOException thrown = assertThrows(IOException.class, () -> SmallFile.read(Path.of("/proc/self/mem")));

        assertTrue(Recording.message(thrown).startsWith("/proc/self/mem: "), thrown.getMessage());
    }

    @Test
    void keepsTheMountPointAndTheDirectoryApart() {
        assertEquals(new ProcFs(Path.of("/proc"), Path.of("/proc/net")), ProcFs.host());
        assertEquals(new ProcFs(Path.of("/proc"), Path.of("/proc/thread-self/net")), ProcFs.ofThread());
        assertEquals(new ProcFs(Path.of("/proc"), Path.of("/proc/42/net")), ProcFs.ofProcess(42));
        assertEquals(new ProcFs(Path.of("/host"), Path.of("/host/net")), ProcFs.at(Path.of("/host")));
    }

    private int row(int localPort, int remotePort) {
        for (int row = 0; row < table.rows(); row++) {
            if (table.localPort(row) == localPort && table.remotePort(row) == remotePort) {
                return row;
            }
        }
        throw new AssertionError("no socket " + localPort + " to " + remotePort + " in " + table.rows() + " rows");
    }
}
