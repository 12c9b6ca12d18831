// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import io.tcpvigil.kernel.netlink.MalformedMessageException;
import io.tcpvigil.kernel.netlink.NetlinkAttribute;
import io.tcpvigil.kernel.netlink.NetlinkChannel;
import io.tcpvigil.kernel.netlink.NetlinkDump;
import io.tcpvigil.kernel.netlink.NetlinkMessage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Dumps TCP sockets into a {@link SocketTable}, decoding each row in place, without an object per row. Not thread-safe.
 */
public final class InetDiagReader {
    /** The netlink protocol NETLINK_SOCK_DIAG. */
    public static final int PROTOCOL = 4;

    /** Bits 0 to 11: all states that a connection or a listener can be in, request sockets included. */
    public static final int ALL_STATES_MASK = 0xFFF;

    /** Bit 13: TCP_BOUND_INACTIVE. Kernels before 6.8 do not know it and show no such rows. */
    public static final int BOUND_MASK = 0x2000;

    static final int ATTRIBUTE_INFO = 2;
    private static final int ATTRIBUTE_SHUTDOWN = 8;
    private static final int ATTRIBUTE_CGROUP_ID = 21;

    private static final int TCP_CLOSE = 7;
    private static final int TIMER_TIME_WAIT = 3;
    /** MAX_TCP_KEEPIDLE of {@code include/net/tcp.h}, 32767 s: no timer of TCP can be set longer. */
    private static final int LONGEST_TIMER_MILLIS = 32_767_000;

    private final NetlinkDump dump;
    private final InetDiagMessage row;
    private final NetlinkAttribute attribute;
    private final TcpInfo tcpInfo;

    // What the attributes of the row at hand say.
    private boolean shutdownSeen;
    private long cgroup;
    private long lastAckReceivedMillis;

    public InetDiagReader(NetlinkChannel channel) {
        ByteBuffer buffer = channel.buffer();
        this.dump = new NetlinkDump(channel);
        this.row = new InetDiagMessage(buffer);
        this.attribute = new NetlinkAttribute(buffer);
        this.tcpInfo = new TcpInfo(buffer);
    }

    /**
     * Appends one family's sockets to {@code table}. Rows that came before a failure stay in it.
     *
     * @param stateMask bit n asks for the kernel's state n; see {@link #ALL_STATES_MASK}, {@link #BOUND_MASK}
     * @param withTcpInfo whether to ask for {@code tcp_info}, 284 bytes more a row
     * @param filter what the kernel can decide of it saves copying; rows that do not fit may still arrive
     * @throws io.tcpvigil.kernel.netlink.NetlinkException when the kernel refuses
     * @throws MalformedMessageException when an answer is not what the protocol says
     * @throws io.tcpvigil.kernel.libc.SyscallException when sending or receiving fails
     */
    public void dump(boolean ipv6, int stateMask, boolean withTcpInfo, SocketFilter filter, SocketTable table)
            throws IOException {
        byte[] request = InetDiagRequest.ofTcp(ipv6, extensions(withTcpInfo), stateMask, Bytecode.compile(filter));
        run(InetDiagRequest.TYPE_ONE_FAMILY, request, table);
    }

    /**
     * Appends the sockets of both families, as {@link #dump} does: in one walk of the kernel's hash table, which takes
     * milliseconds even where it is empty.
     *
     * @throws io.tcpvigil.kernel.netlink.NetlinkException also when the kernel does not know this request
     */
    public void dumpBothFamilies(int stateMask, boolean withTcpInfo, SocketFilter filter, SocketTable table)
            throws IOException {
        byte[] request = InetDiagRequest.ofBothFamilies(extensions(withTcpInfo), stateMask, Bytecode.compile(filter));
        run(InetDiagRequest.TYPE_BOTH_FAMILIES, request, table);
    }

    private static int extensions(boolean withTcpInfo) {
        return withTcpInfo ? InetDiagRequest.EXTENSION_INFO : 0;
    }

    private void run(int type, byte[] request, SocketTable table) throws IOException {
        dump.run(type, request, new NetlinkDump.Handler() {
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
        int body = message.bodyOffset();
        row.wrap(body, message.limit());
        readAttributes(body + InetDiagMessage.SIZE, message.limit());
        TcpState state = TcpState.ofKernelNumber(row.state());
        if (state == null) {
            table.unknownState(row.state());
            return;
        }
        table.begin(state, kind(state));
        row.putEnds(table);
        table.putTimer(row.timer(), expiresMillis(), row.retransmits());
        table.putQueues(row.receiveQueue(), row.sendQueue());
        table.putOwner(row.uid(), row.inode());
        table.putCookie(row.cookie());
        table.putInterfaceIndex(row.interfaceIndex());
        table.putCgroup(cgroup);
        table.putLastAckReceivedMillis((int) Math.min(lastAckReceivedMillis, Integer.MAX_VALUE));
        table.commit();
    }

    /** Old kernels let the number wrap for a timer that is just firing. */
    private int expiresMillis() {
        int millis = row.expiresMillis();
        return millis < 0 || millis > LONGEST_TIMER_MILLIS ? SocketTable.UNKNOWN : millis;
    }

    /**
     * The kernel gives the SHUTDOWN attribute with every full socket and with nothing else ({@code inet_diag.c},
     * inet_diag_msg_attrs_fill).
     */
    private SocketKind kind(TcpState state) {
        if (row.state() == TCP_CLOSE) {
            return SocketKind.BOUND;
        }
        if (shutdownSeen) {
            return SocketKind.FULL;
        }
        return state == TcpState.TIME_WAIT || row.timer() == TIMER_TIME_WAIT ? SocketKind.MINISOCK : SocketKind.REQUEST;
    }

    private void readAttributes(int from, int to) throws MalformedMessageException {
        shutdownSeen = false;
        cgroup = 0;
        lastAckReceivedMillis = SocketTable.UNKNOWN;
        attribute.start(from, to);
        while (attribute.next()) {
            int type = attribute.type();
            if (type == ATTRIBUTE_SHUTDOWN) {
                shutdownSeen = true;
            } else if (type == ATTRIBUTE_CGROUP_ID) {
                cgroup = attribute.payloadUnsigned64();
            } else if (type == ATTRIBUTE_INFO) {
                lastAckReceivedMillis = tcpInfo.wrap(attribute.payloadOffset(), attribute.payloadLength())
                        .lastAckReceivedMillis();
            }
            // Other attributes are not asked for, or newer than this program: they change nothing that is read here.
        }
    }
}
