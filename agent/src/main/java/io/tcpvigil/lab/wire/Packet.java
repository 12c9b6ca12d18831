// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.wire;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A segment as the IP packet that a TUN device carries: IPv4 or IPv6 header without options, TCP header, options, data.
 * Every field is in network order.
 */
public final class Packet {
    private static final int TCP = 6;
    private static final int HOPS = 64;

    private static final int IPV4_HEADER = 20;
    private static final int IPV4_TOTAL_LENGTH_OFFSET = 2;
    private static final int IPV4_FRAGMENT_OFFSET = 6;
    private static final int IPV4_PROTOCOL_OFFSET = 9;
    private static final int IPV4_CHECKSUM_OFFSET = 10;
    private static final int IPV4_SOURCE_OFFSET = 12;
    private static final int IPV4_DESTINATION_OFFSET = 16;

    private static final int IPV6_HEADER = 40;
    private static final int IPV6_PAYLOAD_LENGTH_OFFSET = 4;
    private static final int IPV6_NEXT_HEADER_OFFSET = 6;
    private static final int IPV6_SOURCE_OFFSET = 8;
    private static final int IPV6_DESTINATION_OFFSET = 24;

    // Offsets in the TCP header.
    private static final int TCP_HEADER = 20;
    private static final int DESTINATION_PORT_OFFSET = 2;
    private static final int SEQUENCE_OFFSET = 4;
    private static final int ACKNOWLEDGMENT_OFFSET = 8;
    private static final int DATA_OFFSET_OFFSET = 12;
    private static final int FLAGS_OFFSET = 13;
    private static final int WINDOW_OFFSET = 14;
    private static final int CHECKSUM_OFFSET = 16;

    private Packet() {}

    /** The packet, with right checksums. */
    public static byte[] build(Segment segment) {
        boolean ipv6 = segment.source().address().ipv6();
        int start = ipv6 ? IPV6_HEADER : IPV4_HEADER;
        int header = TCP_HEADER + segment.options().length();
        byte[] bytes = new byte[start + header + segment.length()];
        ByteBuffer packet = ByteBuffer.wrap(bytes);
        if (ipv6) {
            putIpv6Header(packet, segment);
        } else {
            putIpv4Header(packet, segment);
        }
        packet.position(start);
        packet.putShort((short) segment.source().port());
        packet.putShort((short) segment.destination().port());
        packet.putInt(segment.sequence());
        packet.putInt(segment.has(Flag.ACK) ? segment.acknowledgment() : 0);
        packet.put((byte) ((header / 4) << 4));
        packet.put((byte) Flag.bits(segment.flags()));
        packet.putShort((short) segment.window());
        packet.putInt(0);
        segment.options().put(packet);
        Arrays.fill(bytes, start + header, bytes.length, (byte) '.');
        int checksum = Checksum.ofTcp(
                segment.source().address(), segment.destination().address(), packet, start, bytes.length);
        packet.putShort(start + CHECKSUM_OFFSET, (short) checksum);
        return bytes;
    }

    private static void putIpv4Header(ByteBuffer packet, Segment segment) {
        packet.put((byte) 0x45);
        packet.putShort(IPV4_TOTAL_LENGTH_OFFSET, (short) packet.capacity());
        packet.put(8, (byte) HOPS);
        packet.put(IPV4_PROTOCOL_OFFSET, (byte) TCP);
        packet.putInt(IPV4_SOURCE_OFFSET, (int) segment.source().address().low());
        packet.putInt(
                IPV4_DESTINATION_OFFSET, (int) segment.destination().address().low());
        packet.putShort(IPV4_CHECKSUM_OFFSET, (short) Checksum.of(packet, 0, IPV4_HEADER));
    }

    private static void putIpv6Header(ByteBuffer packet, Segment segment) {
        packet.put((byte) 0x60);
        packet.putShort(IPV6_PAYLOAD_LENGTH_OFFSET, (short) (packet.capacity() - IPV6_HEADER));
        packet.put(IPV6_NEXT_HEADER_OFFSET, (byte) TCP);
        packet.put(7, (byte) HOPS);
        putIpv6Address(packet, IPV6_SOURCE_OFFSET, segment.source().address());
        putIpv6Address(packet, IPV6_DESTINATION_OFFSET, segment.destination().address());
    }

    private static void putIpv6Address(ByteBuffer packet, int offset, IpAddress address) {
        packet.putLong(offset, address.high());
        packet.putLong(offset + 8, address.low());
    }

    /**
     * The segment in the first {@code length} bytes; null when they are a packet of another protocol.
     *
     * @throws MalformedPacketException when a length in it reaches beyond the end, or a checksum is wrong
     */
    public static @Nullable Segment parse(byte[] bytes, int length) throws MalformedPacketException {
        ByteBuffer packet = ByteBuffer.wrap(bytes, 0, length).slice();
        require(packet, 0, 1);
        int version = (packet.get(0) >> 4) & 0xF;
        if (version == 6) {
            return parseIpv6(packet);
        }
        if (version == 4) {
            return parseIpv4(packet);
        }
        throw new MalformedPacketException(0, "IP version " + version);
    }

    private static @Nullable Segment parseIpv4(ByteBuffer packet) throws MalformedPacketException {
        require(packet, 0, IPV4_HEADER);
        int start = (packet.get(0) & 0xF) * 4;
        int end = packet.getShort(IPV4_TOTAL_LENGTH_OFFSET) & 0xFFFF;
        if (start < IPV4_HEADER || end < start) {
            throw new MalformedPacketException(0, "header of " + start + " in a packet of " + end + " bytes");
        }
        require(packet, start, end - start);
        // More fragments follow, or this is not the first: nothing that the lab's link makes.
        if (packet.get(IPV4_PROTOCOL_OFFSET) != TCP || (packet.getShort(IPV4_FRAGMENT_OFFSET) & 0x3FFF) != 0) {
            return null;
        }
        if (Checksum.of(packet, 0, start) != 0) {
            throw new MalformedPacketException(IPV4_CHECKSUM_OFFSET, "wrong IPv4 checksum");
        }
        IpAddress source = IpAddress.ofIpv4(packet.getInt(IPV4_SOURCE_OFFSET));
        IpAddress destination = IpAddress.ofIpv4(packet.getInt(IPV4_DESTINATION_OFFSET));
        return parseTcp(packet, source, destination, start, end);
    }

    private static @Nullable Segment parseIpv6(ByteBuffer packet) throws MalformedPacketException {
        require(packet, 0, IPV6_HEADER);
        int end = IPV6_HEADER + (packet.getShort(IPV6_PAYLOAD_LENGTH_OFFSET) & 0xFFFF);
        require(packet, IPV6_HEADER, end - IPV6_HEADER);
        if (packet.get(IPV6_NEXT_HEADER_OFFSET) != TCP) {
            return null;
        }
        IpAddress source = ipv6Address(packet, IPV6_SOURCE_OFFSET);
        IpAddress destination = ipv6Address(packet, IPV6_DESTINATION_OFFSET);
        return parseTcp(packet, source, destination, IPV6_HEADER, end);
    }

    private static IpAddress ipv6Address(ByteBuffer packet, int offset) {
        return new IpAddress(true, packet.getLong(offset), packet.getLong(offset + 8));
    }

    private static Segment parseTcp(ByteBuffer packet, IpAddress source, IpAddress destination, int start, int end)
            throws MalformedPacketException {
        if (end - start < TCP_HEADER) {
            throw new MalformedPacketException(start, (end - start) + " bytes are no TCP header");
        }
        int header = ((packet.get(start + DATA_OFFSET_OFFSET) >> 4) & 0xF) * 4;
        if (header < TCP_HEADER || start + header > end) {
            throw new MalformedPacketException(start + DATA_OFFSET_OFFSET, "TCP header of " + header + " bytes");
        }
        if (Checksum.ofTcp(source, destination, packet, start, end) != 0) {
            throw new MalformedPacketException(start + CHECKSUM_OFFSET, "wrong TCP checksum");
        }
        return new Segment(
                new Endpoint(source, packet.getShort(start) & 0xFFFF),
                new Endpoint(destination, packet.getShort(start + DESTINATION_PORT_OFFSET) & 0xFFFF),
                packet.getInt(start + SEQUENCE_OFFSET),
                packet.getInt(start + ACKNOWLEDGMENT_OFFSET),
                Flag.ofBits(packet.get(start + FLAGS_OFFSET) & 0xFF),
                packet.getShort(start + WINDOW_OFFSET) & 0xFFFF,
                TcpOptions.read(packet, start + TCP_HEADER, start + header),
                end - start - header);
    }

    private static void require(ByteBuffer packet, int offset, int length) throws MalformedPacketException {
        if (offset + length > packet.capacity()) {
            throw new MalformedPacketException(
                    offset, length + " bytes expected, " + (packet.capacity() - offset) + " are there");
        }
    }
}
