// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.testing.Requirement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LocalPortsIT {
    private static InetAddress address(String literal) throws UnknownHostException {
        return InetAddress.getByName(literal);
    }

    private static String rows(SocketTable table) {
        TreeSet<String> rows = new TreeSet<>();
        for (int row = 0; row < table.rows(); row++) {
            assertTrue(table.inode(row) > 0);
            rows.add(table.kind(row) + " " + table.local(row) + " " + table.remote(row));
        }
        return rows.toString();
    }

    @Test
    void readsUdpSocketsThroughNetlinkAndProcAlike() throws Exception {
        Requirement.root();
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), 5300);
                try (DatagramChannel serving = DatagramChannel.open(StandardProtocolFamily.INET);
                        DatagramChannel everywhere = DatagramChannel.open(StandardProtocolFamily.INET6);
                        DatagramChannel client = DatagramChannel.open(StandardProtocolFamily.INET);
                        DatagramChannel asking = DatagramChannel.open(StandardProtocolFamily.INET)) {
                    // As for a client that does not care: the kernel chooses.
                    asking.bind(null);
                    String chosen = ":" + ((InetSocketAddress) asking.getLocalAddress()).getPort() + " ";
                    serving.bind(server);
                    everywhere.bind(new InetSocketAddress(address("::1"), 5301));
                    client.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 5302));
                    client.connect(server);
                    String expected = "[BOUND 127.0.0.1:5300 0.0.0.0:*, BOUND [::1]:5301 [::]:*, "
                            + "FULL 127.0.0.1:5302 127.0.0.1:5300]";
                    for (boolean netlink : new boolean[] {true, false}) {
                        try (LocalPorts ports = new LocalPorts(ProcFs.ofThread(), netlink)) {
                            SocketTable table = new SocketTable();
                            assertEquals(netlink, ports.dumpUdp(table), "who chose a port is told");
                            assertEquals(Coverage.complete(), table.coverage());
                            assertEquals(!netlink, rows(table).contains(chosen));
                            assertEquals(
                                    expected.replace("0.0.0.0:*", "*:*").replace("[::]:*", "*:*"),
                                    rows(table)
                                            .replace("0.0.0.0:*", "*:*")
                                            .replace("[::]:*", "*:*")
                                            .replaceAll("BOUND [^ ]*" + chosen + "[^ ]*, ", ""));
                        }
                    }
                }
                return true;
            });
        }
    }

    @Test
    void tellsPortsThatBindChoseFromThoseThatConnectChose() throws Exception {
        Requirement.root();
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                InetAddress loopback = InetAddress.getLoopbackAddress();
                try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET);
                        SocketChannel free = SocketChannel.open(StandardProtocolFamily.INET);
                        SocketChannel bound = SocketChannel.open(StandardProtocolFamily.INET);
                        LocalPorts ports = new LocalPorts(ProcFs.ofThread(), true)) {
                    server.bind(new InetSocketAddress(loopback, 7000), 8);
                    free.connect(server.getLocalAddress());
                    bound.bind(new InetSocketAddress(loopback, 7001));
                    bound.connect(server.getLocalAddress());
                    SocketTable table = new SocketTable();
                    ports.dumpBound(table);
                    assertEquals(Coverage.complete(), table.coverage());
                    assertEquals("[FULL 127.0.0.1:7001 127.0.0.1:7000]", rows(table));
                }
                return true;
            });
        }
        SocketTable table = new SocketTable();
        try (LocalPorts ports = new LocalPorts(ProcFs.host(), false)) {
            ports.dumpBound(table);
        }
        assertEquals(Coverage.Extent.FAILED, table.coverage().extent());
    }
}
