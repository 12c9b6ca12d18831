// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.kernel.NetlinkSource;
import io.tcpvigil.kernel.ProcSource;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SocketSource;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.lab.Observed;
import io.tcpvigil.lab.StateObserver;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Lets the lab look at the kernel through a source that every other command reads, too. */
final class LabObserver implements StateObserver {
    private final SocketSource source;
    private final SocketTable table = new SocketTable();

    private LabObserver(SocketSource source) {
        this.source = source;
    }

    /** Both sources, of the namespace of the calling thread. */
    static List<StateObserver> ofThread() {
        return List.of(new LabObserver(NetlinkSource.ofThread()), new LabObserver(new ProcSource(ProcFs.ofThread())));
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public List<Observed> sockets() throws IOException {
        dump();
        List<Observed> sockets = new ArrayList<>(table.rows());
        for (int row = 0; row < table.rows(); row++) {
            if (table.kind(row) != SocketKind.BOUND) {
                sockets.add(new Observed(
                        table.state(row),
                        table.kind(row),
                        table.local(row),
                        table.remote(row),
                        table.receiveQueue(row),
                        table.sendQueue(row),
                        table.expiresMillis(row)));
            }
        }
        return sockets;
    }

    @Override
    public Map<TcpState, Integer> counts() throws IOException {
        dump();
        Map<TcpState, Integer> counts = new EnumMap<>(TcpState.class);
        for (int row = 0; row < table.rows(); row++) {
            if (table.kind(row) != SocketKind.BOUND) {
                counts.merge(table.state(row), 1, Integer::sum);
            }
        }
        return counts;
    }

    private void dump() throws IOException {
        source.dump(SocketQuery.ALL, table);
        if (!table.coverage().isComplete()) {
            throw new IOException(table.coverage().reason());
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
