// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.inetdiag.LocalSocketsReader;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netlink.NetlinkSocket;
import io.tcpvigil.kernel.procfs.NetUdpFile;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;

/**
 * What a look at ports needs beside the dump of connections: UDP sockets, over netlink or from {@code net/udp}, and the TCP
 * sockets whose port was chosen by bind(2), which netlink alone tells. The second is for looks on demand: it walks the whole hash
 * once more. Not thread-safe.
 */
public final class LocalPorts implements AutoCloseable {
    private static final long RECEIVE_TIMEOUT_MILLIS = 5_000;

    private final boolean useNetlink;
    private final NetUdpFile file;
    private @Nullable NetlinkSocket socket;

    /**
     * Of the namespace in which the thread is that first asks.
     *
     * @param useNetlink whether netlink is to be tried
     */
    public LocalPorts(ProcFs procFs, boolean useNetlink) {
        this.file = new NetUdpFile(procFs);
        this.useNetlink = useNetlink;
    }

    /** A dump of one family. */
    private interface Dump {
        void run(LocalSocketsReader reader, boolean ipv6) throws IOException;
    }

    /**
     * Clears the table and fills it with UDP sockets; its coverage tells whether that succeeded.
     *
     * @return whether those are left out whose port the kernel chose; else they are in it, and cannot be told from the others
     */
    public boolean dumpUdp(SocketTable table) {
        table.clear();
        if (useNetlink && netlink(table, (reader, ipv6) -> reader.dumpUdp(ipv6, table))) {
            return true;
        }
        table.clear();
        try {
            int malformed = file.read(table);
            table.coverage(
                    malformed == 0
                            ? Coverage.complete()
                            : Coverage.partial(malformed + " lines of /proc/net/udp not understood"));
        } catch (IOException failure) {
            table.coverage(Coverage.failed("/proc/net/udp not readable: " + failure.getMessage()));
        }
        return false;
    }

    /** Clears the table and fills it with TCP sockets that chose their port; its coverage tells whether that succeeded. */
    public void dumpBound(SocketTable table) {
        table.clear();
        table.coverage(Coverage.failed("only netlink tells which ports were chosen by bind(2)"));
        if (useNetlink) {
            netlink(table, (reader, ipv6) -> reader.dumpBound(ipv6, table));
        }
    }

    private boolean netlink(SocketTable table, Dump dump) {
        try {
            NetlinkSocket open = socket;
            if (open == null) {
                open = NetlinkSocket.open(Libc.get(), InetDiagReader.PROTOCOL, RECEIVE_TIMEOUT_MILLIS);
                socket = open;
            }
            LocalSocketsReader reader = new LocalSocketsReader(open);
            dump.run(reader, false);
            dump.run(reader, true);
            table.coverage(Coverage.complete());
            return true;
        } catch (IOException failure) {
            // The rest of a dump that broke off would still be in it.
            close();
            table.coverage(Coverage.failed("netlink refused: " + failure.getMessage()));
            return false;
        }
    }

    @Override
    public void close() {
        NetlinkSocket open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}
