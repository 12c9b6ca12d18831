// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import io.tcpvigil.kernel.netlink.MalformedMessageException;
import io.tcpvigil.kernel.netlink.NetlinkChannel;
import io.tcpvigil.kernel.netlink.NetlinkDump;
import io.tcpvigil.kernel.netlink.NetlinkMessage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;

/**
 * Two dumps about local ports, beside that of all connections: UDP sockets ({@code net/ipv4/udp_diag.c}), and TCP sockets
 * whose port was chosen by bind(2). Rows have their ends, queues, owner and cookie. Not thread-safe.
 */
public final class LocalSocketsReader {
    /** ESTABLISHED and CLOSE: a UDP socket is connected or not. */
    private static final int UDP_STATES = 1 << 1 | 1 << 7;
    /** All that have a socket of their own and are not LISTEN; and BOUND_INACTIVE, which old kernels ignore. */
    private static final int TCP_STATES = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 11 | 1 << 13;

    private final NetlinkDump dump;
    private final InetDiagMessage row;

    public LocalSocketsReader(NetlinkChannel channel) {
        this.dump = new NetlinkDump(channel);
        this.row = new InetDiagMessage(channel.buffer());
    }

    /**
     * Appends the UDP sockets of one family whose port a program chose (SOCK_BINDPORT_LOCK, which {@code udp_dump} shows to the
     * bytecode as for TCP); those that are not connected as {@link SocketKind#BOUND}.
     *
     * @throws IOException as {@link InetDiagReader#dump}
     */
    public void dumpUdp(boolean ipv6, SocketTable table) throws IOException {
        run(InetDiagRequest.ofUdp(ipv6, UDP_STATES, Bytecode.ofChosenPorts()), table);
    }

    /**
     * Appends the TCP sockets of one family whose port was chosen by bind(2), without listeners and mini-sockets.
     *
     * @throws IOException as {@link InetDiagReader#dump}
     */
    public void dumpBound(boolean ipv6, SocketTable table) throws IOException {
        run(InetDiagRequest.ofTcp(ipv6, 0, TCP_STATES, Bytecode.ofChosenPorts()), table);
    }

    private void run(byte[] request, SocketTable table) throws IOException {
        dump.run(InetDiagRequest.TYPE_ONE_FAMILY, request, new NetlinkDump.Handler() {
            @Override
            public void datagram() {
                table.boundary();
            }

            @Override
            public void message(NetlinkMessage message) throws MalformedMessageException {
                append(message, table);
            }
        });
    }

    private void append(NetlinkMessage message, SocketTable table) throws MalformedMessageException {
        row.wrap(message.bodyOffset(), message.limit());
        TcpState state = TcpState.ofKernelNumber(row.state());
        if (state == null) {
            table.unknownState(row.state());
            return;
        }
        table.begin(state, state == TcpState.CLOSED ? SocketKind.BOUND : SocketKind.FULL);
        row.putEnds(table);
        table.putQueues(row.receiveQueue(), row.sendQueue());
        table.putOwner(row.uid(), row.inode());
        table.putCookie(row.cookie());
        table.commit();
    }
}
