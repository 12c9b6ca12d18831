// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import io.tcpvigil.kernel.netlink.MalformedMessageException;
import io.tcpvigil.tcp.SocketTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A view of one {@code struct inet_diag_msg} ({@code linux/inet_diag.h}), 72 bytes:
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |    family     |     state     |     timer     |  retransmits  |
 * +---------------+---------------+---------------+---------------+
 * |      source port (BE)         |    destination port (BE)      |
 * +-------------------------------+-------------------------------+
 * |            source address, 16 bytes (BE) ...                  |
 * |         destination address, 16 bytes (BE) ...                |
 * +---------------------------------------------------------------+
 * |                       interface index                         |
 * |                      cookie, low word                         |
 * |                      cookie, high word                        |
 * +---------------------------------------------------------------+
 * |                   expires, milliseconds                       |
 * |                       receive queue                           |
 * |                        send queue                             |
 * |                           uid                                 |
 * |                          inode                                |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Fields marked BE are in network order, all others in this CPU's. Valid only until the next datagram is received.
 */
final class InetDiagMessage {
    static final int FAMILY_OFFSET = 0;
    static final int STATE_OFFSET = FAMILY_OFFSET + 1;
    static final int TIMER_OFFSET = STATE_OFFSET + 1;
    static final int RETRANSMITS_OFFSET = TIMER_OFFSET + 1;
    /** struct inet_diag_sockid, 48 bytes, starts here. */
    static final int SOURCE_PORT_OFFSET = RETRANSMITS_OFFSET + 1;

    static final int DESTINATION_PORT_OFFSET = SOURCE_PORT_OFFSET + 2;
    static final int SOURCE_OFFSET = DESTINATION_PORT_OFFSET + 2;
    static final int DESTINATION_OFFSET = SOURCE_OFFSET + 16;
    static final int INTERFACE_OFFSET = DESTINATION_OFFSET + 16;
    static final int COOKIE_OFFSET = INTERFACE_OFFSET + 4;
    static final int EXPIRES_OFFSET = COOKIE_OFFSET + 8;
    static final int RECEIVE_QUEUE_OFFSET = EXPIRES_OFFSET + 4;
    static final int SEND_QUEUE_OFFSET = RECEIVE_QUEUE_OFFSET + 4;
    static final int UID_OFFSET = SEND_QUEUE_OFFSET + 4;
    static final int INODE_OFFSET = UID_OFFSET + 4;
    static final int SIZE = INODE_OFFSET + 4;

    /** {@code <sys/socket.h>}. */
    static final int AF_INET = 2;

    static final int AF_INET6 = 10;

    private final ByteBuffer host;
    private final ByteBuffer wire;
    private int offset;

    /** A view over {@code buffer}, which is in this CPU's byte order. */
    InetDiagMessage(ByteBuffer buffer) {
        this.host = buffer;
        this.wire = buffer.duplicate().order(ByteOrder.BIG_ENDIAN);
    }

    /**
     * Points at the body between {@code offset} and {@code limit}.
     *
     * @throws MalformedMessageException when it is too short, or of a family that TCP and UDP do not have
     */
    InetDiagMessage wrap(int offset, int limit) throws MalformedMessageException {
        if (limit - offset < SIZE) {
            throw new MalformedMessageException(
                    offset, "inet_diag_msg cut short: " + (limit - offset) + " of " + SIZE + " bytes");
        }
        this.offset = offset;
        if (family() != AF_INET && family() != AF_INET6) {
            throw new MalformedMessageException(offset + FAMILY_OFFSET, "address family " + family());
        }
        return this;
    }

    /** Copies both ends into the row that {@code table} is taking. */
    void putEnds(SocketTable table) {
        if (family() == AF_INET) {
            table.putIpv4(sourceIpv4(), sourcePort(), destinationIpv4(), destinationPort());
        } else {
            table.putIpv6(
                    sourceHigh(), sourceLow(), sourcePort(), destinationHigh(), destinationLow(), destinationPort());
        }
    }

    int family() {
        return host.get(offset + FAMILY_OFFSET) & 0xFF;
    }

    /** The kernel's number of the state. */
    int state() {
        return host.get(offset + STATE_OFFSET) & 0xFF;
    }

    int timer() {
        return host.get(offset + TIMER_OFFSET) & 0xFF;
    }

    int retransmits() {
        return host.get(offset + RETRANSMITS_OFFSET) & 0xFF;
    }

    int sourcePort() {
        return wire.getShort(offset + SOURCE_PORT_OFFSET) & 0xFFFF;
    }

    int destinationPort() {
        return wire.getShort(offset + DESTINATION_PORT_OFFSET) & 0xFFFF;
    }

    int sourceIpv4() {
        return wire.getInt(offset + SOURCE_OFFSET);
    }

    int destinationIpv4() {
        return wire.getInt(offset + DESTINATION_OFFSET);
    }

    long sourceHigh() {
        return wire.getLong(offset + SOURCE_OFFSET);
    }

    long sourceLow() {
        return wire.getLong(offset + SOURCE_OFFSET + 8);
    }

    long destinationHigh() {
        return wire.getLong(offset + DESTINATION_OFFSET);
    }

    long destinationLow() {
        return wire.getLong(offset + DESTINATION_OFFSET + 8);
    }

    int interfaceIndex() {
        return host.getInt(offset + INTERFACE_OFFSET);
    }

    /** Two words, low first, each in this CPU's order: not a 64-bit integer on a big-endian CPU. */
    long cookie() {
        long low = host.getInt(offset + COOKIE_OFFSET) & 0xFFFF_FFFFL;
        return (long) host.getInt(offset + COOKIE_OFFSET + 4) << 32 | low;
    }

    int expiresMillis() {
        return host.getInt(offset + EXPIRES_OFFSET);
    }

    int receiveQueue() {
        return host.getInt(offset + RECEIVE_QUEUE_OFFSET);
    }

    int sendQueue() {
        return host.getInt(offset + SEND_QUEUE_OFFSET);
    }

    int uid() {
        return host.getInt(offset + UID_OFFSET);
    }

    int inode() {
        return host.getInt(offset + INODE_OFFSET);
    }

    @Override
    public String toString() {
        return "inet_diag_msg{family=" + family() + ", state=" + state() + ", timer=" + timer() + ", retransmits="
                + retransmits() + ", source port=" + sourcePort() + ", destination port=" + destinationPort()
                + ", source=" + Long.toHexString(sourceHigh()) + ":" + Long.toHexString(sourceLow()) + ", destination="
                + Long.toHexString(destinationHigh()) + ":" + Long.toHexString(destinationLow()) + ", interface="
                + interfaceIndex() + ", cookie=" + Long.toHexString(cookie()) + ", expires=" + expiresMillis()
                + ", receive queue=" + receiveQueue() + ", send queue=" + sendQueue() + ", uid=" + uid() + ", inode="
                + inode() + "}";
    }
}
