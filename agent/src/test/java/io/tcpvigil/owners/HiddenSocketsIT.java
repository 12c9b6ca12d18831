// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.testing.Requirement;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** This program, which is where it was started and has sockets elsewhere. Who is found is tried with a program of its own. */
class HiddenSocketsIT {
    private static final int MANY = 200;

    @Test
    void leavesOutWhoIsAtHomeInAnotherNamespaceToo() throws Exception {
        Requirement.root();
        List<Closeable> held = new ArrayList<>();
        try (PrivateNamespace other = PrivateNamespace.create(Libc.get());
                NetlinkSource source = NetlinkSource.ofThread()) {
            other.call(() -> {
                for (int i = 0; i < MANY; i++) {
                    held.add(ServerSocketChannel.open()
                            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
                }
                return true;
            });
            SocketTable table = new SocketTable();
            source.dump(SocketQuery.ALL, table);
            HiddenSockets hidden = new HiddenSockets();
            hidden.look(table, MANY);
            long self = ProcessHandle.current().pid();
            List<HiddenSockets.Held> found = hidden.look(table, MANY);
            assertTrue(found.stream().noneMatch(each -> each.pid() == self), found.toString());
        } finally {
            for (Closeable each : held) {
                each.close();
            }
        }
    }
}
