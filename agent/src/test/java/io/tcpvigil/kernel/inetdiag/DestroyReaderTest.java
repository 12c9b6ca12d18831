// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.netlink.MalformedMessageException;
import io.tcpvigil.testing.Multicasts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DestroyReaderTest {
    private static final long SEED = 9293;
    private static final int FAMILY = 16;
    private static final int FIRST_ATTRIBUTE = 16 + 72;
    private static final int INFO_PAYLOAD = FIRST_ATTRIBUTE + 8 + 4;

    private final Multicasts events = new Multicasts();
    private final DestroyReader reader = new DestroyReader(events);
    private final List<String> seen = new ArrayList<>();

    private void decode(byte[] datagram) throws MalformedMessageException {
        events.add(datagram);
        int length = events.receive();
        reader.decode(
                length,
                message -> seen.add(message.localPort() + " " + message.remotePort() + " " + message.cookie() + " "
                        + message.bytesAcknowledged() + " " + message.isIpv6()));
    }

    @Test
    void readsAddressesCookieAndTheLastCounters() throws MalformedMessageException {
        byte[] datagram = Multicasts.destroyed(0xC000_0201, 443, 0xC633_6407, 50_001, 0x1_0000_0002L);
        ByteBuffer info = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        info.put(INFO_PAYLOAD + 2, (byte) 3);
        info.put(INFO_PAYLOAD + 3, (byte) 4);
        info.putInt(INFO_PAYLOAD + 56, 1234);
        info.putInt(INFO_PAYLOAD + 68, 250);
        info.putInt(INFO_PAYLOAD + 100, 7);
        info.putLong(INFO_PAYLOAD + 120, 1002);
        info.putLong(INFO_PAYLOAD + 128, 2001);
        info.putInt(INFO_PAYLOAD + 140, 17);
        info.putLong(INFO_PAYLOAD + 200, 1100);
        info.putLong(INFO_PAYLOAD + 208, 100);
        events.add(datagram);
        int length = events.receive();
        reader.decode(length, message -> {
            assertFalse(message.isIpv6());
            assertEquals(0xC000_0201, message.localIpv4());
            assertEquals(443, message.localPort());
            assertEquals(0xC633_6407, message.remoteIpv4());
            assertEquals(50_001, message.remotePort());
            assertEquals(0x1_0000_0002L, message.cookie());
            assertEquals(3, message.timeoutsInARow());
            assertEquals(4, message.unansweredProbes());
            assertEquals(1234, message.lastAckReceivedMillis());
            assertEquals(250, message.rttMicros());
            assertEquals(7, message.segmentsRetransmitted());
            assertEquals(1002, message.bytesAcknowledged());
            assertEquals(2001, message.bytesReceived());
            assertEquals(17, message.segmentsReceived());
            assertEquals(1100, message.bytesSent());
            assertEquals(100, message.bytesRetransmitted());
            seen.add("one");
        });
        assertEquals(List.of("one"), seen);
    }

    @Test
    void readsIpv6() throws MalformedMessageException {
        byte[] datagram = Multicasts.destroyed(0x2001_0DB8, 443, 0x2001_0DB8, 50_001, 9);
        datagram[FAMILY] = 10;
        events.add(datagram);
        int length = events.receive();
        reader.decode(length, message -> {
            assertTrue(message.isIpv6());
            assertEquals(0x2001_0DB8_0000_0000L, message.localHigh());
            assertEquals(0, message.localLow());
            assertEquals(0x2001_0DB8_0000_0000L, message.remoteHigh());
            assertEquals(0, message.remoteLow());
            seen.add("one");
        });
        assertEquals(List.of("one"), seen);
    }

    /** A kernel of 2017 has 192 bytes of tcp_info, and a message may have none. */
    @Test
    void saysAbsentOfWhatAnOlderKernelDoesNotGive() throws MalformedMessageException {
        decode(Multicasts.destroyed(1, 2, 3, 4, 5, 128));
        decode(Multicasts.destroyed(1, 2, 3, 4, 5, 0));
        decode(Multicasts.destroyed(1, 2, 3, 4, 5, 120));
        String absent = "2 4 5 " + DestroyMessage.ABSENT + " false";
        assertEquals(List.of("2 4 5 0 false", absent, absent), seen);
    }

    @Test
    void givesRowsOrAMalformedMessageForEveryBrokenDatagram() {
        byte[] sound = Multicasts.destroyed(0xC000_0201, 443, 0xC633_6407, 50_001, 77);
        int rejected = 0;
        for (int length = 1; length < sound.length; length++) {
            byte[] cut = Arrays.copyOf(sound, length);
            assertThrows(MalformedMessageException.class, () -> decode(cut), length + " bytes");
            rejected++;
        }
        assertEquals(sound.length - 1, rejected);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 20_000; round++) {
            byte[] broken = sound.clone();
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                broken[random.nextInt(broken.length)] ^= (byte) random.nextInt(1, 256);
            }
            try {
                decode(broken);
            } catch (MalformedMessageException rejection) {
                rejected++;
            } catch (RuntimeException defect) {
                throw new AssertionError("seed " + SEED + ", round " + round, defect);
            }
        }
        assertTrue(rejected > sound.length && !seen.isEmpty(), rejected + " rejected, " + seen.size() + " read");
    }

    @Test
    void rejectsADatagramThatDidNotFit() {
        byte[] datagram = Multicasts.destroyed(1, 2, 3, 4, 5);
        events.add(datagram);
        events.receive();
        assertThrows(
                MalformedMessageException.class,
                () -> reader.decode(events.buffer().capacity() + 1, message -> seen.add("read")));
        assertEquals(List.of(), seen);
    }
}
