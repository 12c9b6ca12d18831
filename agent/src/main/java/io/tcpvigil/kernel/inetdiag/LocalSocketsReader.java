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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Two dumps about local ports, beside that of all connections: UDP sockets ({@code net/ipv4/udp_diag.c}), and TCP sockets
 * whose port was chosen by bind(2). Rows have their ends, queues, owner and cookie. Not thread-safe.
 */
public final class LocalSocketsReader {
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int IPPROTO_TCP = 6;
    private static final int IPPROTO_UDP = 17;
    private static final int BODY_SIZE = 56;
    private static final int PROTOCOL_OFFSET = 1;
    private static final int STATES_OFFSET = 4;
    /** Request attribute INET_DIAG_REQ_BYTECODE with its header of 4 bytes. */
    private static final int BYTECODE = 1;

    private static final int ATTRIBUTE_HEADER_SIZE = 4;

    /**
     * Two struct inet_diag_bc_op { code u8; yes u8; no u16; }: where the port was chosen by the kernel (AUTO, 6) go on to
     * the jump (JMP, 1) past the end, which rejects; else to the end, which accepts.
     */
    private static final byte AUTO = 6;

    private static final byte JUMP = 1;

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
     * Appends the UDP sockets of one family; those that are not connected as {@link SocketKind#BOUND}.
     *
     * @throws IOException as {@link InetDiagReader#dump}
     */
    public void dumpUdp(boolean ipv6, SocketTable table) throws IOException {
        run(request(ipv6, IPPROTO_UDP, UDP_STATES, false), table);
    }

    /**
     * Appends the TCP sockets of one family whose port was chosen by bind(2), without listeners and mini-sockets.
     *
     * @throws IOException as {@link InetDiagReader#dump}
     */
    public void dumpBound(boolean ipv6, SocketTable table) throws IOException {
        run(request(ipv6, IPPROTO_TCP, TCP_STATES, true), table);
    }

    private void run(byte[] request, SocketTable table) throws IOException {
        dump.run(SOCK_DIAG_BY_FAMILY, request, new NetlinkDump.Handler() {
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

    private static byte[] request(boolean ipv6, int protocol, int states, boolean explicitPortsOnly) {
        int body = NetlinkMessage.HEADER_SIZE;
        int attribute = explicitPortsOnly ? ATTRIBUTE_HEADER_SIZE + 8 : 0;
        ByteBuffer request = ByteBuffer.allocate(body + BODY_SIZE + attribute).order(ByteOrder.nativeOrder());
        request.put(body, (byte) (ipv6 ? InetDiagMessage.AF_INET6 : InetDiagMessage.AF_INET));
        request.put(body + PROTOCOL_OFFSET, (byte) protocol);
        request.putInt(body + STATES_OFFSET, states);
        if (explicitPortsOnly) {
            request.position(body + BODY_SIZE);
            request.putShort((short) attribute).putShort((short) BYTECODE);
            request.put(AUTO).put((byte) 4).putShort((short) 8);
            request.put(JUMP).put((byte) 4).putShort((short) 8);
        }
        return request.array();
    }

    private void append(NetlinkMessage message, SocketTable table) throws MalformedMessageException {
        int body = message.bodyOffset();
        int length = message.limit() - body;
        if (length < InetDiagMessage.SIZE) {
            throw new MalformedMessageException(
                    body, "inet_diag_msg cut short: " + length + " of " + InetDiagMessage.SIZE + " bytes");
        }
        row.wrap(body);
        TcpState state = TcpState.ofKernelNumber(row.state());
        if (state == null) {
            table.unknownState(row.state());
            return;
        }
        table.begin(state, state == TcpState.CLOSED ? SocketKind.BOUND : SocketKind.FULL);
        if (row.family() == InetDiagMessage.AF_INET) {
            table.putIpv4(row.sourceIpv4(), row.sourcePort(), row.destinationIpv4(), row.destinationPort());
        } else {
            table.putIpv6(
                    row.sourceHigh(),
                    row.sourceLow(),
                    row.sourcePort(),
                    row.destinationHigh(),
                    row.destinationLow(),
                    row.destinationPort());
        }
        table.putQueues(row.receiveQueue(), row.sendQueue());
        table.putOwner(row.uid(), row.inode());
        table.putCookie(row.cookie());
        table.commit();
    }
}
