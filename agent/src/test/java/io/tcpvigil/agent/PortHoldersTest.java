// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortHoldersTest {
    private static int listener(SocketTable table, int inode) {
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv4(0, 443, 0, 0);
        table.putOwner(0, inode);
        table.commit();
        return table.rows() - 1;
    }

    @Test
    void knowsNoOwnersOfASocketThatNoProcessShows(@TempDir Path noProcesses) {
        OwnerMap map = new OwnerMap(noProcesses, System::nanoTime);
        map.readAll();
        SocketTable table = new SocketTable();
        assertNull(new PortHolders(map).of(table, listener(table, 7)), "unknown is not none");
        assertEquals(List.of(), new PortHolders(map).of(table, listener(table, 0)), "nobody can hold it");
    }
}
