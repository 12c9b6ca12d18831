// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.wire;

import java.nio.ByteBuffer;

/**
 * The options that the lab's peer knows; others are skipped.
 *
 * @param maximumSegmentSize bytes, 0 to 65535; {@link #ABSENT} without the option
 * @param windowScale shift, 0 to 255 (above 14 is as good as 14, RFC 7323 section 2.3); {@link #ABSENT} without
 * @param sackPermitted whether it is there
 * @param timestamps whether the timestamps option is there; without it the next two are 0
 * @param timestamp the sender's clock (TSval), wraps
 * @param timestampEcho the last clock of the other side that it saw (TSecr)
 */
public record TcpOptions(
        int maximumSegmentSize,
        int windowScale,
        boolean sackPermitted,
        boolean timestamps,
        int timestamp,
        int timestampEcho) {
    public static final int ABSENT = -1;
    public static final TcpOptions NONE = new TcpOptions(ABSENT, ABSENT, false, false, 0, 0);

    // Kinds: RFC 9293 section 3.2, RFC 7323, RFC 2018.
    private static final int END = 0;
    private static final int NO_OPERATION = 1;
    private static final int MAXIMUM_SEGMENT_SIZE = 2;
    private static final int WINDOW_SCALE = 3;
    private static final int SACK_PERMITTED = 4;
    private static final int TIMESTAMPS = 8;

    /** Only the timestamps option, as every segment after the SYNs has it. */
    public static TcpOptions stamp(int timestamp, int timestampEcho) {
        return new TcpOptions(ABSENT, ABSENT, false, true, timestamp, timestampEcho);
    }

    /** Bytes on the wire, padded to a multiple of 4. */
    int length() {
        int length = (maximumSegmentSize == ABSENT ? 0 : 4)
                + (windowScale == ABSENT ? 0 : 3)
                + (sackPermitted ? 2 : 0)
                + (timestamps ? 10 : 0);
        return (length + 3) & ~3;
    }

    void put(ByteBuffer packet) {
        int end = packet.position() + length();
        if (maximumSegmentSize != ABSENT) {
            packet.put((byte) MAXIMUM_SEGMENT_SIZE).put((byte) 4).putShort((short) maximumSegmentSize);
        }
        if (windowScale != ABSENT) {
            packet.put((byte) WINDOW_SCALE).put((byte) 3).put((byte) windowScale);
        }
        if (sackPermitted) {
            packet.put((byte) SACK_PERMITTED).put((byte) 2);
        }
        if (timestamps) {
            packet.put((byte) TIMESTAMPS).put((byte) 10).putInt(timestamp).putInt(timestampEcho);
        }
        while (packet.position() < end) {
            packet.put((byte) NO_OPERATION);
        }
    }

    /** Reads the options from {@code start} to {@code end}. */
    static TcpOptions read(ByteBuffer packet, int start, int end) throws MalformedPacketException {
        int size = ABSENT;
        int scale = ABSENT;
        boolean sack = false;
        TcpOptions stamps = NONE;
        for (int at = start; at < end; ) {
            int kind = packet.get(at) & 0xFF;
            if (kind == END) {
                break;
            }
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            if (at + 1 >= end) {
                throw new MalformedPacketException(at, "option " + kind + " without a length");
            }
            int length = packet.get(at + 1) & 0xFF;
            if (length < 2 || at + length > end) {
                throw new MalformedPacketException(at, "option " + kind + " of length " + length);
            }
            if (kind == MAXIMUM_SEGMENT_SIZE && length == 4) {
                size = packet.getShort(at + 2) & 0xFFFF;
            } else if (kind == WINDOW_SCALE && length == 3) {
                scale = packet.get(at + 2) & 0xFF;
            } else if (kind == SACK_PERMITTED && length == 2) {
                sack = true;
            } else if (kind == TIMESTAMPS && length == 10) {
                stamps = stamp(packet.getInt(at + 2), packet.getInt(at + 6));
            }
            at += length;
        }
        return new TcpOptions(size, scale, sack, stamps.timestamps, stamps.timestamp, stamps.timestampEcho);
    }
}
