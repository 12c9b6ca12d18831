// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.testing.StateZoo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract, held by netlink on a kernel that does not give both families in one walk. */
class TwoWalksIT extends SocketSourceContract {
    private static final List<Integer> TWO = List.of(WatchedKernel.ONE_FAMILY, WatchedKernel.ONE_FAMILY);
    private static final List<Integer> REFUSED_THEN_TWO =
            List.of(WatchedKernel.BOTH_FAMILIES, WatchedKernel.ONE_FAMILY, WatchedKernel.ONE_FAMILY);

    private final List<WatchedKernel> opened = new ArrayList<>();

    @Override
    SocketSource source() {
        return watched(true);
    }

    private SocketSource watched(boolean refusesBothFamilies) {
        return new NetlinkSource(() -> {
            opened.add(WatchedKernel.open(refusesBothFamilies));
            return opened.get(opened.size() - 1);
        });
    }

    @Test
    void givesTheSameTableAsOneWalk() throws Exception {
        List<String> twoWalks = dump(source());
        assertEquals(REFUSED_THEN_TWO, opened.get(0).requests());
        assertEquals(twoWalks, dump(watched(false)));
        assertEquals(List.of(WatchedKernel.BOTH_FAMILIES), opened.get(1).requests());
        int expected =
                StateZoo.allRows().values().stream().mapToInt(Integer::intValue).sum();
        assertEquals(expected, twoWalks.size());
    }

    @Test
    void remembersTheRefusalUntilTheSocketIsOpenedAgain() throws Exception {
        inZoo(() -> {
            SocketTable table = new SocketTable();
            try (SocketSource source = source()) {
                source.dump(SocketQuery.ALL, table);
                opened.get(0).requests().clear();
                source.dump(SocketQuery.ALL, table);
                assertEquals(TWO, opened.get(0).requests());
                opened.get(0).failNextSend();
                source.dump(SocketQuery.ALL, table);
                assertFalse(table.coverage().isComplete());
                source.dump(SocketQuery.ALL, table);
                assertEquals(Coverage.complete(), table.coverage());
                assertEquals(2, opened.size());
                assertEquals(REFUSED_THEN_TWO, opened.get(1).requests());
            }
            return true;
        });
    }

    /** All that a row says and that does not move while a socket rests, in an order that depends on nothing else. */
    private static List<String> dump(SocketSource source) throws Exception {
        return inZoo(() -> {
            SocketTable table = new SocketTable();
            try (source) {
                source.dump(SocketQuery.ALL, table);
            }
            assertEquals(Coverage.complete(), table.coverage());
            assertEquals(0, table.duplicates());
            List<String> rows = new ArrayList<>();
            for (int row = 0; row < table.rows(); row++) {
                assertTrue(table.cookie(row) != 0);
                rows.add(table.state(row) + " " + table.kind(row) + " " + table.local(row) + " " + table.remote(row)
                        + (table.isIpv6(row) ? " IPv6" : " IPv4") + " timer " + table.timer(row) + " cookie "
                        + table.cookie(row) + " inode " + table.inode(row) + " uid " + table.uid(row) + " cgroup "
                        + table.cgroup(row) + " interface " + table.interfaceIndex(row));
            }
            Collections.sort(rows);
            return rows;
        });
    }
}
