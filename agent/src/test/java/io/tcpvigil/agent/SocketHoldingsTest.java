// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.findings.Holders;
import io.tcpvigil.owners.CgroupTree;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketHoldingsTest {
    @TempDir
    Path noProc;

    @Test
    void countsWhatMayNotBeReadAsUnknown() {
        SocketTable table = new SocketTable();
        for (int i = 0; i < 5; i++) {
            table.begin(i < 3 ? TcpState.ESTABLISHED : TcpState.TIME_WAIT, SocketKind.FULL);
            table.putIpv4(0x7F00_0001, 80, 0x7F00_0001, 40_000 + i);
            table.putOwner(0, i < 3 ? 7_000 + i : 0);
            // A group that is nowhere.
            table.putCgroup(Long.MAX_VALUE - i % 2);
            table.commit();
        }
        table.coverage(Coverage.complete());
        OwnerMap owners = new OwnerMap(noProc, System::nanoTime);
        owners.look(table, true, 1_000_000, 0);
        CgroupTree groups = CgroupTree.usual();
        SocketHoldings counting = new SocketHoldings(owners, groups);
        for (int look = 0; look < 2; look++) {
            Holdings holdings = counting.count(table, Holders.NONE);
            assertEquals(List.of(), holdings.processes());
            assertEquals(3, holdings.noProcess().of(TcpState.ESTABLISHED));
            assertEquals(2, holdings.noProcess().of(TcpState.TIME_WAIT));
            assertEquals(List.of(), holdings.units());
            assertEquals(holdings.noProcess(), holdings.noUnit());
            assertEquals(List.of(), holdings.descriptors());
        }
    }
}
