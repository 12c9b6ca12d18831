// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import java.nio.ByteBuffer;

/**
 * Walks the attributes behind a message body ({@code struct nlattr { u16 len; u16 type; }}, {@code linux/netlink.h}). The
 * length counts the 4 bytes of the header; each attribute starts at a multiple of 4, so that payloads may not be aligned
 * for 8-byte reads.
 *
 * <p>Valid only until the next datagram is received into the same buffer.
 */
public final class NetlinkAttribute {
    private static final int HEADER_SIZE = 4;
    /** NLA_TYPE_MASK: the two top bits are flags. */
    private static final int TYPE_MASK = 0x3FFF;

    private final ByteBuffer buffer;
    private int next;
    private int end;
    private int type;
    private int payloadOffset;
    private int payloadLength;

    public NetlinkAttribute(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /** Starts at {@code offset}, the first byte behind the body; {@code end} is where the message ends. */
    public void start(int offset, int end) {
        this.next = offset;
        this.end = end;
    }

    /** Goes to the next attribute; false when there is none. */
    public boolean next() throws MalformedMessageException {
        int at = next;
        int left = end - at;
        if (left < HEADER_SIZE) {
            if (left > 0) {
                throw new MalformedMessageException(at, "attribute header cut short: " + left + " bytes");
            }
            return false;
        }
        int length = buffer.getShort(at) & 0xFFFF;
        if (length < HEADER_SIZE || length > left) {
            throw new MalformedMessageException(at, "attribute length " + length + " of " + left + " bytes left");
        }
        type = buffer.getShort(at + 2) & TYPE_MASK;
        payloadOffset = at + HEADER_SIZE;
        payloadLength = length - HEADER_SIZE;
        next = at + ((length + 3) & ~3);
        return true;
    }

    public int type() {
        return type;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    /** Bytes of payload, without padding. */
    public int payloadLength() {
        return payloadLength;
    }

    /** The payload as a 64-bit integer in this CPU's order. */
    public long payloadUnsigned64() throws MalformedMessageException {
        if (payloadLength != Long.BYTES) {
            throw new MalformedMessageException(
                    payloadOffset, "attribute " + type + " of " + payloadLength + " bytes instead of " + Long.BYTES);
        }
        return buffer.getLong(payloadOffset);
    }
}
