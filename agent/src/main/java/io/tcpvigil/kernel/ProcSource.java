// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.kernel.procfs.Family;
import io.tcpvigil.kernel.procfs.NetTcpFile;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;

/**
 * Reads sockets from {@code /proc/net/tcp} and {@code tcp6}: half as fast as netlink, without cookies, {@code tcp_info},
 * limits of accept queues and bound sockets.
 */
public final class ProcSource implements SocketSource {
    private final NetTcpFile file;

    public ProcSource(ProcFs procFs) {
        this.file = new NetTcpFile(procFs);
    }

    @Override
    public String name() {
        return "proc";
    }

    @Override
    public boolean showsBound() {
        return false;
    }

    @Override
    public void dump(SocketQuery query, SocketTable table) {
        table.clear();
        try {
            int mask = query.stateMask();
            NetTcpFile.Result ipv4 = file.read(Family.IPV4, mask, table);
            NetTcpFile.Result ipv6 = file.read(Family.IPV6, mask, table);
            int malformed = ipv4.malformedLines() + ipv6.malformedLines();
            String first = ipv4.malformedLines() > 0 ? ipv4.firstMalformed() : ipv6.firstMalformed();
            table.coverage(
                    malformed == 0
                            ? Coverage.complete()
                            : Coverage.partial(malformed + " lines of /proc not understood, " + first));
        } catch (IOException failure) {
            String reason = "/proc not readable: " + failure.getMessage();
            table.coverage(table.rows() == 0 ? Coverage.failed(reason) : Coverage.partial(reason));
        }
    }

    @Override
    public void close() {
        // Files are open only during a dump.
    }
}
