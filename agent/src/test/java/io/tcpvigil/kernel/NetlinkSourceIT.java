// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract, held by netlink on the running kernel. */
class NetlinkSourceIT extends SocketSourceContract {
    @Override
    SocketSource source() {
        return NetlinkSource.ofThread();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lport=1-32767",
                "port=32768-65535 rport=1-65535",
                "peer=127.0.0.1",
                "peer=::1",
                "local=127.0.0.0/8 rport=1-65535",
                "peer=127.0.0.1,::1 lport=1-65535"
            })
    void letsTheKernelApplyTermsOnPortsAndAddresses(String filter) throws Exception {
        SocketFilter parsed = SocketFilter.parse(List.of(filter));
        SocketTable table = new SocketTable();
        int brought = inZoo(() -> {
            try (SocketSource source = source()) {
                source.dump(SocketQuery.of(parsed), table);
            }
            return table.rows();
        });
        assertEquals(Coverage.complete(), table.coverage());
        table.retain(parsed, SocketFilter.NO_PROCESSES);
        assertEquals(table.rows(), brought, "rows that do not fit did not even arrive");
    }
}
