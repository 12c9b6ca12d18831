// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.inetdiag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netlink.MalformedMessageException;
import io.tcpvigil.kernel.netlink.NetlinkException;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.testing.Recording;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recorded dumps, broken in every way: the outcome is rows or a typed error, never another exception, and never a row that
 * was not whole in what arrived.
 */
class DumpFuzzTest {
    private static final long SEED = 9293;

    /** What one decoding came to. */
    private record Outcome(List<String> rows, @Nullable IOException failure) {}

    private static List<byte[]> recorded(String name) throws IOException {
        try (InputStream in = DumpFuzzTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no fixture " + name);
            }
            return Recording.read(in);
        }
    }

    private static Outcome decode(List<byte[]> datagrams) {
        SocketTable table = new SocketTable();
        InetDiagReader reader = new InetDiagReader(new Recording(datagrams));
        IOException failure = null;
        try {
            reader.dump(false, InetDiagReader.ALL_STATES_MASK, true, SocketFilter.ALL, table);
        } catch (MalformedMessageException | NetlinkException | SyscallException expected) {
            failure = expected;
        } catch (IOException other) {
            throw new AssertionError("an error without a type of its own", other);
        }
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < table.rows(); row++) {
            rows.add(table.state(row) + " " + table.kind(row) + " " + table.local(row) + " " + table.remote(row) + " "
                    + table.cookie(row) + " " + table.lastAckReceivedMillis(row));
        }
        return new Outcome(rows, failure);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zoo-ipv4.dump", "zoo-ipv6.dump"})
    void decodesTheWholeRecording(String name) throws IOException {
        Outcome whole = decode(recorded(name));
        assertEquals(null, whole.failure());
        assertEquals(name.contains("4") ? 23 : 46, whole.rows().size());
        assertTrue(whole.rows().stream().anyMatch(row -> row.contains(SocketKind.MINISOCK.toString())));
        assertTrue(whole.rows().stream().anyMatch(row -> row.contains(SocketKind.BOUND.toString())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zoo-ipv4.dump", "zoo-ipv6.dump"})
    void readsNoMoreThanArrivedWhenADatagramIsCutAtAnyLength(String name) throws IOException {
        List<byte[]> datagrams = recorded(name);
        List<String> whole = decode(datagrams).rows();
        int before = 0;
        for (int broken = 0; broken < datagrams.size() - 1; broken++) {
            byte[] datagram = datagrams.get(broken);
            for (int length = 0; length < datagram.length; length++) {
                List<byte[]> cut = new ArrayList<>(datagrams.subList(0, broken));
                // The whole datagram first, with another sequence number: what is left of it in the buffer must not be
                // read.
                byte[] stale = datagram.clone();
                forEachMessage(stale, (bytes, offset) -> bytes.putInt(offset + 8, 77));
                cut.add(stale);
                cut.add(Arrays.copyOf(datagram, length));
                Outcome outcome = decode(cut);
                int complete = before + messagesWithin(datagram, length);
                assertEquals(
                        whole.subList(0, complete), outcome.rows(), name + " datagram " + broken + " cut at " + length);
                assertTrue(outcome.failure() != null, "a dump without its DONE is never whole");
            }
            before += messagesWithin(datagram, datagram.length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zoo-ipv4.dump", "zoo-ipv6.dump"})
    void survivesEveryByteFlipped(String name) throws IOException {
        List<byte[]> datagrams = recorded(name);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int broken = 0; broken < datagrams.size(); broken++) {
            for (int at = 0; at < datagrams.get(broken).length; at++) {
                byte[] flipped = datagrams.get(broken).clone();
                flipped[at] ^= (byte) (1 + random.nextInt(255));
                List<byte[]> changed = new ArrayList<>(datagrams);
                changed.set(broken, flipped);
                decode(changed);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {SEED, SEED + 1, SEED + 2, SEED + 3})
    void survivesRandomAttributes(long seed) throws IOException {
        byte[] first = recorded("zoo-ipv4.dump").get(0);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 5000; round++) {
            int tail = random.nextInt(64);
            int length = 16 + InetDiagMessage.SIZE + tail;
            byte[] message = Arrays.copyOf(first, length);
            ByteBuffer bytes = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
            bytes.putInt(0, length);
            for (int i = 16 + InetDiagMessage.SIZE; i < length; i++) {
                message[i] = (byte) random.nextInt();
            }
            if (tail >= 4 && random.nextBoolean()) {
                // A plausible first attribute, so that the walk goes further.
                bytes.putShort(16 + InetDiagMessage.SIZE, (short) (4 + random.nextInt(tail)));
                bytes.putShort(16 + InetDiagMessage.SIZE + 2, (short) random.nextInt(25));
            }
            Outcome outcome = decode(List.of(message));
            assertTrue(outcome.rows().size() <= 1, "seed " + seed + " round " + round);
            assertTrue(outcome.failure() != null, "seed " + seed + " round " + round);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zoo-ipv4.dump", "zoo-ipv6.dump"})
    void callsADatagramLargerThanTheBufferAnError(String name) throws IOException {
        List<byte[]> datagrams = recorded(name);
        List<byte[]> larger = List.of(Arrays.copyOf(datagrams.get(0), 33 * 1024));
        Outcome outcome = decode(larger);
        assertEquals(List.of(), outcome.rows());
        assertInstanceOf(MalformedMessageException.class, outcome.failure());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 12, 13, 14, 99, 255})
    void countsUnknownStateNumbersAndGoesOn(int number) throws IOException {
        List<byte[]> datagrams = recorded("zoo-ipv4.dump");
        byte[] changed = datagrams.get(0).clone();
        changed[16 + InetDiagMessage.STATE_OFFSET] = (byte) number;
        SocketTable table = new SocketTable();
        List<byte[]> all = new ArrayList<>(datagrams);
        all.set(0, changed);
        new InetDiagReader(new Recording(all)).dump(false, 0xFFF, true, SocketFilter.ALL, table);
        boolean known = number == 12;
        assertEquals(known ? 23 : 22, table.rows());
        assertEquals(known ? 0 : 1, table.unknownStateRows(number));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 13, 16, 93, 95, 105})
    void tellsTheErrnoOfADumpThatEndsInAnError(int errno) throws IOException {
        List<byte[]> datagrams = new ArrayList<>(recorded("zoo-ipv4.dump"));
        byte[] done = datagrams.get(datagrams.size() - 1).clone();
        ByteBuffer.wrap(done).order(ByteOrder.nativeOrder()).putInt(16, -errno);
        datagrams.set(datagrams.size() - 1, done);
        Outcome outcome = decode(datagrams);
        assertEquals(23, outcome.rows().size());
        assertEquals(
                errno,
                assertInstanceOf(NetlinkException.class, outcome.failure()).errno());
        // The same as an answer of type NLMSG_ERROR, at once.
        ByteBuffer.wrap(done).order(ByteOrder.nativeOrder()).putShort(4, (short) 2);
        Outcome refused = decode(List.of(done));
        assertEquals(List.of(), refused.rows());
        assertEquals(
                errno,
                assertInstanceOf(NetlinkException.class, refused.failure()).errno());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void refusesAFamilyThatIsNeitherIpv4NorIpv6(int family) throws IOException {
        byte[] changed = recorded("zoo-ipv4.dump").get(0).clone();
        changed[16] = (byte) family;
        InetDiagReader reader = new InetDiagReader(new Recording(List.of(changed)));
        MalformedMessageException failure = assertThrows(
                MalformedMessageException.class,
                () -> reader.dump(false, 0xFFF, true, SocketFilter.ALL, new SocketTable()));
        assertEquals(16, failure.offset());
    }

    private interface MessageAction {
        void at(ByteBuffer bytes, int offset);
    }

    private static void forEachMessage(byte[] datagram, MessageAction action) {
        ByteBuffer bytes = ByteBuffer.wrap(datagram).order(ByteOrder.nativeOrder());
        for (int at = 0; at < datagram.length; at += (bytes.getInt(at) + 3) & ~3) {
            action.at(bytes, at);
        }
    }

    /** How many messages lie wholly within the first {@code length} bytes. */
    private static int messagesWithin(byte[] datagram, int length) {
        int[] count = {0};
        forEachMessage(datagram, (bytes, offset) -> {
            if (offset + bytes.getInt(offset) <= length) {
                count[0]++;
            }
        });
        return count[0];
    }
}
