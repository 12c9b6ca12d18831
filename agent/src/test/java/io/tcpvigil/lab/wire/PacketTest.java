// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketTest {
    /** SYNs that Linux 6.18.44 sent out of a TUN device: {@code connect()} from 192.0.2.1 and 2001:db8::1. */
    private static final String SYN_IPV4 = "4500003c44ba4000400671fec0000201c0000202"
            + "c46a0050a02cb19200000000a002faf0a8a20000020405b40402080abe804b6b000000000103030a";

    private static final String SYN_IPV6 =
            "600477670028064020010db800000000000000000000000120010db8000000000000000000000002"
                    + "cb6800504af7704f00000000a002fd20055c0000020405a00402080a9eb5c46a000000000103030a";

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static Segment parse(byte[] packet) throws MalformedPacketException {
        Segment segment = Packet.parse(packet, packet.length);
        assertNotNull(segment);
        return segment;
    }

    private static IpAddress address(String text) {
        IpAddress address = IpAddress.parse(text);
        assertNotNull(address);
        return address;
    }

    @Test
    void readsSynOfTheKernelOverIpv4() throws MalformedPacketException {
        assertEquals(
                new Segment(
                        new Endpoint(address("192.0.2.1"), 50_282),
                        new Endpoint(address("192.0.2.2"), 80),
                        0xA02CB192,
                        0,
                        Set.of(Flag.SYN),
                        64_240,
                        new TcpOptions(1460, 10, true, true, 0xBE804B6B, 0),
                        0),
                parse(bytes(SYN_IPV4)));
    }

    @Test
    void readsSynOfTheKernelOverIpv6() throws MalformedPacketException {
        assertEquals(
                new Segment(
                        new Endpoint(address("2001:db8::1"), 52_072),
                        new Endpoint(address("2001:db8::2"), 80),
                        0x4AF7704F,
                        0,
                        Set.of(Flag.SYN),
                        64_800,
                        new TcpOptions(1440, 10, true, true, 0x9EB5C46A, 0),
                        0),
                parse(bytes(SYN_IPV6)));
    }

    /** The header in the article "Internet checksum" of Wikipedia, whose sum is worked out there by hand: b861. */
    @Test
    void sumsKnownHeader() {
        byte[] header = bytes("450000730000400040110000c0a80001c0a800c7");
        assertEquals(0xB861, Checksum.of(ByteBuffer.wrap(header), 0, header.length));
        header[10] = (byte) 0xB8;
        header[11] = 0x61;
        assertEquals(0, Checksum.of(ByteBuffer.wrap(header), 0, header.length));
    }

    /** 0x0102 + 0x0300 = 0x0402, turned round. */
    @Test
    void countsAnOddLastByteAsTheHighHalf() {
        assertEquals(0xFBFD, Checksum.of(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0, 3));
    }

    @Test
    void buildsWhatItReads() throws MalformedPacketException {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2_000; i++) {
            Segment segment = randomSegment(random);
            byte[] packet = Packet.build(segment);
            assertEquals(segment, parse(packet), "seed " + seed);
        }
    }

    private static Segment randomSegment(SplittableRandom random) {
        boolean ipv6 = random.nextBoolean();
        EnumSet<Flag> flags = EnumSet.of(Flag.ACK);
        for (Flag flag : Flag.values()) {
            if (random.nextBoolean()) {
                flags.add(flag);
            }
        }
        boolean stamps = random.nextBoolean();
        TcpOptions options = new TcpOptions(
                random.nextBoolean() ? random.nextInt(0x10000) : TcpOptions.ABSENT,
                random.nextBoolean() ? random.nextInt(0x100) : TcpOptions.ABSENT,
                random.nextBoolean(),
                stamps,
                stamps ? random.nextInt() : 0,
                stamps ? random.nextInt() : 0);
        return new Segment(
                randomEndpoint(random, ipv6),
                randomEndpoint(random, ipv6),
                random.nextInt(),
                random.nextInt(),
                flags,
                random.nextInt(0x10000),
                options,
                random.nextInt(1_400));
    }

    private static Endpoint randomEndpoint(SplittableRandom random, boolean ipv6) {
        IpAddress address =
                ipv6 ? new IpAddress(true, random.nextLong(), random.nextLong()) : IpAddress.ofIpv4(random.nextInt());
        return new Endpoint(address, random.nextInt(0x10000));
    }

    @ParameterizedTest
    @ValueSource(strings = {SYN_IPV4, SYN_IPV6})
    void refusesPacketThatIsCutAnywhere(String hex) {
        byte[] packet = bytes(hex);
        for (int length = 0; length < packet.length; length++) {
            byte[] cut = Arrays.copyOf(packet, length);
            MalformedPacketException malformed =
                    assertThrows(MalformedPacketException.class, () -> Packet.parse(cut, cut.length), "at " + length);
            assertTrue(malformed.offset() <= length, malformed.toString());
        }
    }

    /** Whatever one byte is changed to, the packet is refused, or is none of TCP, or says another thing. */
    @ParameterizedTest
    @ValueSource(strings = {SYN_IPV4, SYN_IPV6})
    void noticesEveryDamagedByteThatTheChecksumsCover(String hex) throws MalformedPacketException {
        byte[] packet = bytes(hex);
        Segment whole = parse(packet);
        boolean ipv6 = (packet[0] >> 4 & 0xF) == 6;
        for (int at = 0; at < packet.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = packet.clone();
                damaged[at] ^= (byte) (1 << bit);
                Segment read;
                try {
                    read = Packet.parse(damaged, damaged.length);
                } catch (MalformedPacketException refused) {
                    continue;
                }
                // IPv6 has no checksum of its own: class, flow label and hop limit may change unnoticed.
                boolean covered = !ipv6 || at >= 8 || at == 4 || at == 5;
                boolean otherProtocol = read == null;
                assertTrue(otherProtocol || !covered, "byte " + at + " bit " + bit + ": " + read);
                if (!otherProtocol) {
                    assertEquals(whole, read);
                }
            }
        }
    }

    @Test
    void readsOnlyTheBytesOfThePacket() throws MalformedPacketException {
        byte[] packet = bytes(SYN_IPV4);
        byte[] longer = Arrays.copyOf(packet, packet.length + 100);
        Arrays.fill(longer, packet.length, longer.length, (byte) 0x55);
        assertEquals(Packet.parse(packet, packet.length), Packet.parse(longer, packet.length));
        assertEquals(Packet.parse(packet, packet.length), Packet.parse(longer, longer.length));
    }

    @Test
    void passesOverOtherProtocols() throws MalformedPacketException {
        // A router solicitation, as the kernel sends one when an interface comes up: next header 58.
        byte[] packet = bytes(SYN_IPV6);
        packet[6] = 58;
        assertNull(Packet.parse(packet, packet.length));
    }

    @Test
    void refusesOptionThatReachesBeyondTheHeader() {
        byte[] packet = bytes(SYN_IPV4);
        packet[41] = 40;
        repairTcpChecksum(packet);
        MalformedPacketException malformed =
                assertThrows(MalformedPacketException.class, () -> Packet.parse(packet, packet.length));
        assertEquals(40, malformed.offset());
    }

    @Test
    void skipsUnknownOption() throws MalformedPacketException {
        byte[] packet = bytes(SYN_IPV4);
        // SACK-permitted becomes an option that nobody knows.
        packet[44] = (byte) 0xFD;
        repairTcpChecksum(packet);
        assertEquals(
                new TcpOptions(1460, 10, false, true, 0xBE804B6B, 0),
                parse(packet).options());
    }

    private static void repairTcpChecksum(byte[] packet) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        bytes.putShort(36, (short) 0);
        IpAddress source = IpAddress.ofIpv4(bytes.getInt(12));
        IpAddress destination = IpAddress.ofIpv4(bytes.getInt(16));
        bytes.putShort(36, (short) Checksum.ofTcp(source, destination, bytes, 20, packet.length));
    }

    @Test
    void countsSynAndFinAsSequenceNumbers() throws MalformedPacketException {
        Segment syn = parse(bytes(SYN_IPV4));
        assertEquals(1, syn.sequenceLength());
        assertEquals(0xA02CB193, syn.next());
        Segment data =
                new Segment(syn.source(), syn.destination(), -1, 0, Set.of(Flag.FIN, Flag.ACK), 0, TcpOptions.NONE, 10);
        assertEquals(11, data.sequenceLength());
        assertEquals(10, data.next());
        assertNotEquals(syn, data);
    }
}
