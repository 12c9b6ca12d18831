// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import java.nio.ByteBuffer;

/**
 * A view of one netlink message inside a received datagram ({@code struct nlmsghdr}, {@code linux/netlink.h}), all
 * fields in this CPU's byte order:
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                  length, with this header                     |
 * +-------------------------------+-------------------------------+
 * |             type              |             flags             |
 * +-------------------------------+-------------------------------+
 * |                          sequence                             |
 * +---------------------------------------------------------------+
 * |                           port id                             |
 * +---------------------------------------------------------------+
 * </pre>
 *
 * <p>Valid only until the next datagram is received into the same buffer; nothing may keep it.
 */
public final class NetlinkMessage {
    public static final int TYPE_NOOP = 1;
    public static final int TYPE_ERROR = 2;
    public static final int TYPE_DONE = 3;
    public static final int TYPE_OVERRUN = 4;

    static final int LENGTH_OFFSET = 0;
    static final int TYPE_OFFSET = LENGTH_OFFSET + 4;
    static final int FLAGS_OFFSET = TYPE_OFFSET + 2;
    static final int SEQUENCE_OFFSET = FLAGS_OFFSET + 2;
    static final int PORT_ID_OFFSET = SEQUENCE_OFFSET + 4;

    /** Bytes of the header. */
    public static final int HEADER_SIZE = PORT_ID_OFFSET + 4;

    private final ByteBuffer buffer;
    private int offset;
    private int limit;

    public NetlinkMessage(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * Points at the message that starts at {@code offset}.
     *
     * @param end where the datagram ends
     * @return where the next message starts (at or after {@code end} when there is none)
     */
    public int wrap(int offset, int end) throws MalformedMessageException {
        if (end - offset < HEADER_SIZE) {
            throw new MalformedMessageException(
                    offset, "header cut short: " + (end - offset) + " of " + HEADER_SIZE + " bytes");
        }
        int length = buffer.getInt(offset + LENGTH_OFFSET);
        if (length < HEADER_SIZE || length > end - offset) {
            throw new MalformedMessageException(
                    offset, "length " + Integer.toUnsignedString(length) + " of " + (end - offset) + " bytes left");
        }
        this.offset = offset;
        this.limit = offset + length;
        // NLMSG_ALIGN: the next one starts at a multiple of 4; the last one need not be padded.
        return offset + ((length + 3) & ~3);
    }

    public ByteBuffer buffer() {
        return buffer;
    }

    public int type() {
        return buffer.getShort(offset + TYPE_OFFSET) & 0xFFFF;
    }

    public int sequence() {
        return buffer.getInt(offset + SEQUENCE_OFFSET);
    }

    /** Where the body starts in {@link #buffer}. */
    public int bodyOffset() {
        return offset + HEADER_SIZE;
    }

    /** Where the message ends in {@link #buffer}. */
    public int limit() {
        return limit;
    }

    @Override
    public String toString() {
        return "nlmsghdr{length=" + (limit - offset) + ", type=" + type() + ", flags=0x"
                + Integer.toHexString(buffer.getShort(offset + FLAGS_OFFSET) & 0xFFFF) + ", sequence=" + sequence()
                + ", port id=" + Integer.toUnsignedString(buffer.getInt(offset + PORT_ID_OFFSET)) + "}";
    }
}
