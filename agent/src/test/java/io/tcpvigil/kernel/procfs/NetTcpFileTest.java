// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetTcpFileTest {
    /** Row 13 of the recording: an established client with the keepalive timer running. */
    private static final int KEEPALIVE_LINE = 14;
    /** Row 3 of the recording: a request socket. */
    private static final int REQUEST_LINE = 4;

    private final SocketTable table = new SocketTable();

    @TempDir
    private Path directory;

    @Test
    void readsIpv4SocketsOfARealKernel() throws IOException {
        NetTcpFile.Result result = Recording.reader().read(Family.IPV4, NetTcpFile.ALL_STATES, table);

        assertEquals(new NetTcpFile.Result(true, 24, 0, ""), result);
        assertEquals("""
                127.0.0.2:8082 *:* LISTEN FULL timer 0/0/0 queues 0/-1 uid 33 inode 8783
                127.0.0.1:8080 *:* LISTEN FULL timer 0/0/0 queues 2/-1 uid 33 inode 8765
                127.0.0.1:8081 *:* LISTEN FULL timer 0/0/0 queues 1/-1 uid 0 inode 8780
                127.0.0.2:8082 127.0.0.1:50011 SYN-RECEIVED REQUEST timer 1/800/0 queues 0/0 uid 33 inode 0
                127.0.0.1:8080 127.0.0.1:50008 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 33 inode 0
                127.0.0.1:8080 127.0.0.1:50007 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 33 inode 0
                127.0.0.1:50009 127.0.0.1:8081 SYN-SENT FULL timer 1/800/0 queues 0/1 uid 0 inode 8782
                127.0.0.1:50010 127.0.0.1:8081 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8781
                127.0.0.1:8080 127.0.0.1:50006 LAST-ACK FULL timer 4/370/0 queues 1/4163073 uid 0 inode 0
                127.0.0.1:50022 127.0.0.1:9090 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8788
                127.0.0.1:8080 127.0.0.1:50005 ESTABLISHED FULL timer 0/0/0 queues 128512/0 uid 0 inode 8775
                127.0.0.1:8081 127.0.0.1:50010 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 0
                127.0.0.1:8080 127.0.0.1:50004 CLOSE-WAIT FULL timer 0/0/0 queues 1/0 uid 0 inode 8773
                127.0.0.1:50001 127.0.0.1:8080 ESTABLISHED FULL timer 2/7199130/0 queues 0/0 uid 0 inode 8766
                127.0.0.1:50002 127.0.0.1:8080 TIME-WAIT MINISOCK timer 3/59130/0 queues 0/0 uid 0 inode 0
                127.0.0.1:50003 127.0.0.1:8080 FIN-WAIT-2 MINISOCK timer 3/59140/0 queues 0/0 uid 0 inode 0
                127.0.0.1:50004 127.0.0.1:8080 FIN-WAIT-2 FULL timer 0/0/0 queues 0/0 uid 0 inode 8772
                127.0.0.1:50005 127.0.0.1:8080 FIN-WAIT-1 FULL timer 4/20/0 queues 0/4163073 uid 0 inode 0
                127.0.0.1:50006 127.0.0.1:8080 FIN-WAIT-2 FULL timer 0/0/0 queues 128512/0 uid 0 inode 8776
                127.0.0.1:50007 127.0.0.1:8080 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8778
                127.0.0.1:50008 127.0.0.1:8080 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8779
                127.0.0.1:8080 127.0.0.1:50003 CLOSE-WAIT FULL timer 0/0/0 queues 1/0 uid 0 inode 8771
                127.0.0.1:50011 127.0.0.2:8082 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8784
                127.0.0.1:8080 127.0.0.1:50001 ESTABLISHED FULL timer 0/0/0 queues 5/0 uid 0 inode 8767""", String.join("\n", Recording.rows(table)));
    }

    @Test
    void readsIpv6SocketsOfARealKernel() throws IOException {
        NetTcpFile.Result result = Recording.reader().read(Family.IPV6, NetTcpFile.ALL_STATES, table);

        assertEquals(new NetTcpFile.Result(true, 11, 0, ""), result);
        assertEquals("""
                [::1]:9091 *:* LISTEN FULL timer 0/0/0 queues 0/-1 uid 33 inode 8796
                *:9090 *:* LISTEN FULL timer 0/0/0 queues 0/-1 uid 33 inode 8785
                [::1]:50026 [::1]:9091 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8797
                [::1]:50021 [::1]:9090 ESTABLISHED FULL timer 0/0/0 queues 3/0 uid 0 inode 8786
                [::1]:50024 [::1]:9090 FIN-WAIT-2 MINISOCK timer 3/59790/0 queues 0/0 uid 0 inode 0
                [2001:db8::1]:50023 [2001:db8::1]:9090 TIME-WAIT MINISOCK timer 3/59790/0 queues 0/0 uid 0 inode 0
                [::1]:9090 [::1]:50021 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8787
                [::1]:9090 [::1]:50024 CLOSE-WAIT FULL timer 0/0/0 queues 1/0 uid 0 inode 8793
                [::ffff:127.0.0.1]:9090 [::ffff:127.0.0.1]:50025 TIME-WAIT MINISOCK timer 3/59790/0 queues 0/0 uid 0 inode 0
                [::ffff:127.0.0.1]:9090 [::ffff:127.0.0.1]:50022 ESTABLISHED FULL timer 0/0/0 queues 0/0 uid 0 inode 8789
                [::1]:9091 [::1]:50026 SYN-RECEIVED REQUEST timer 1/790/0 queues 0/0 uid 33 inode 0""", String.join("\n", Recording.rows(table)));
    }

    @Test
    void appendsOneFamilyToTheOther() throws IOException {
        NetTcpFile reader = Recording.reader();
        reader.read(Family.IPV4, NetTcpFile.ALL_STATES, table);
        reader.read(Family.IPV6, NetTcpFile.ALL_STATES, table);

        assertEquals(35, table.rows());
        assertEquals(0, table.duplicates());
        assertFalse(table.isIpv6(23));
        assertTrue(table.isIpv6(24));
    }

    @Test
    void leavesWhatItDoesNotKnowUnknown() throws IOException {
        Recording.reader().read(Family.IPV4, NetTcpFile.ALL_STATES, table);

        assertEquals(0, table.cookie(0));
        assertEquals(SocketTable.UNKNOWN, table.sendQueue(0), "the limit of a listener is not in the file");
        assertEquals(SocketTable.UNKNOWN, table.lastAckReceivedMillis(4));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 8, 9, 10})
    void readsOnlyTheStatesAskedFor(int number) throws IOException {
        Recording.reader().read(Family.IPV4, NetTcpFile.ALL_STATES, table);
        List<String> expected = new ArrayList<>();
        for (int row = 0; row < table.rows(); row++) {
            if (table.state(row).kernelNumber() == number) {
                expected.add(Recording.rows(table).get(row));
            }
        }
        table.clear();

        NetTcpFile.Result result = Recording.reader().read(Family.IPV4, 1 << number, table);

        assertFalse(expected.isEmpty());
        assertEquals(expected, Recording.rows(table));
        assertEquals(24, result.lines(), "lines that were not wanted are whole lines all the same");
    }

    @Test
    void readsAddressesOfABigEndianMachine() throws IOException {
        NetTcpFile reader = new NetTcpFile(Recording.procFs(), ByteOrder.BIG_ENDIAN);
        String ipv4 = Recording.lines(Family.IPV4).get(KEEPALIVE_LINE).replace("0100007F", "7F000001");
        String ipv6 = Recording.lines(Family.IPV6).get(6).replace("B80D0120", "20010DB8");

        Recording.readSockets(reader, Family.IPV4, table, ipv4);
        Recording.readSockets(
                reader, Family.IPV6, table, ipv6.replace(":C367", ":C368").replace("01000000", "00000001"));

        assertEquals("127.0.0.1:50001", table.local(0).toString());
        assertEquals("[2001:db8::1]:50024", table.local(1).toString());
    }

    @Test
    void tellsCrossedSynsFromARequest() throws IOException {
        String full = Recording.lines(Family.IPV4).get(KEEPALIVE_LINE).replace(" 01 ", " 03 ");

        readLines(full, Recording.lines(Family.IPV4).get(REQUEST_LINE));

        assertEquals(TcpState.SYN_RECEIVED, table.state(0));
        assertEquals(SocketKind.FULL, table.kind(0));
        assertEquals(SocketKind.REQUEST, table.kind(1));
    }

    @Test
    void readsClosing() throws IOException {
        readLines(Recording.lines(Family.IPV4).get(KEEPALIVE_LINE).replace(" 01 ", " 0B "));

        assertEquals(TcpState.CLOSING, table.state(0));
    }

    @Test
    void countsTheTriesOfTheTimerThatRuns() throws IOException {
        String line = Recording.lines(Family.IPV4).get(KEEPALIVE_LINE);
        String probing = line.replace("     0        0 8766", "     0        7 8766");
        String retransmitting =
                line.replace(" 02:000AFC29 00000000 ", " 01:00000014 00000103 ").replace("C351", "C352");

        String windowClosed = probing.replace(" 02:", " 04:").replace("C351", "C353");

        readLines(probing, retransmitting, windowClosed);

        assertEquals(7, table.retransmits(0));
        assertEquals(255, table.retransmits(1), "no more than the column holds");
        assertEquals(7, table.retransmits(2));
        assertEquals(200, table.expiresMillis(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"FFFFFFFF", "7FFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFF"})
    void saturatesATimerThatNeverFires(String ticks) throws IOException {
        readLines(Recording.lines(Family.IPV4).get(KEEPALIVE_LINE).replace("000AFC29", ticks));

        assertEquals(Integer.MAX_VALUE, table.expiresMillis(0));
    }

    @Test
    void readsUidsAndInodesAsUnsigned() throws IOException {
        readLines(Recording.lines(Family.IPV4)
                .get(KEEPALIVE_LINE)
                .replace("     0        0 8766", " 4294967294        0 4294967295"));

        assertEquals(4_294_967_294L, table.uid(0));
        assertEquals(4_294_967_295L, table.inode(0));
    }

    @Test
    void acceptsPointersNotYetHashed() throws IOException {
        List<String> lines = Recording.lines(Family.IPV4);

        readLines(
                lines.get(KEEPALIVE_LINE).replace("00000000c510c949", "(____ptrval____)"),
                lines.get(REQUEST_LINE).replace("00000000d3a40759", "(____ptrval____)"));

        assertEquals(2, table.rows());
    }

    @Test
    void countsStatesItDoesNotKnow() throws IOException {
        String line = Recording.lines(Family.IPV4).get(KEEPALIVE_LINE);

        NetTcpFile.Result result = readLines(
                line.replace(" 01 ", " FF "), line, line.replace(" 01 ", " 0D "), line.replace(" 01 ", " 07 "));

        assertEquals(1, table.rows());
        assertEquals(3, table.unknownStateRows());
        assertEquals(1, table.unknownStateRows(0xFF));
        assertEquals(1, table.unknownStateRows(13));
        assertEquals(1, table.unknownStateRows(7), "a closed socket is in no table");
        assertEquals(0, result.malformedLines());
    }

    @Test
    void ignoresColumnsItDoesNotKnow() throws IOException {
        List<String> lines = Recording.lines(Family.IPV6);

        NetTcpFile.Result result =
                Recording.read(Recording.file(lines.get(0) + " future", lines.get(3) + " 42 x=y"), Family.IPV6, table);

        assertEquals(new NetTcpFile.Result(true, 1, 0, ""), result);
        assertEquals(SocketKind.FULL, table.kind(0));
    }

    @Test
    void takesNothingButAMinisockForTimeWait() throws IOException {
        readLines(Recording.lines(Family.IPV4).get(KEEPALIVE_LINE).replace(" 01 ", " 06 "));

        assertEquals(SocketKind.MINISOCK, table.kind(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, 149, 150, 151, 4050, 4096})
    void readsTheSameInPiecesOfAnySize(int pieceBytes) throws IOException {
        for (Family family : Family.values()) {
            table.clear();
            Recording.reader().read(family, NetTcpFile.ALL_STATES, table);
            List<String> expected = Recording.rows(table);
            table.clear();

            NetTcpFile.Result result = readPieces(family, Recording.bytes(family), pieceBytes);

            assertEquals(expected, Recording.rows(table));
            assertEquals(new NetTcpFile.Result(true, expected.size(), 0, ""), result);
        }
    }

    @Test
    void dropsARowThatIsRepeatedWhereTheKernelPaused() throws IOException {
        String first = Recording.lines(Family.IPV4).get(KEEPALIVE_LINE);
        String header = Recording.lines(Family.IPV4).get(0);
        byte[] content = Recording.file(header, first, first);

        readPieces(Family.IPV4, content, header.length() + 1 + first.length() + 1);
        assertEquals(1, table.rows(), "paused at the end of a line");
        assertEquals(1, table.duplicates());

        table.clear();
        readPieces(Family.IPV4, content, header.length() + 1 + first.length() - 20);
        assertEquals(1, table.rows(), "the read ended inside the line, so the kernel paused behind it");
        assertEquals(1, table.duplicates());

        table.clear();
        readPieces(Family.IPV4, content, content.length);
        assertEquals(2, table.rows(), "without a pause nothing is repeated");
    }

    @Test
    void readsATableWithoutSockets() throws IOException {
        NetTcpFile.Result result =
                Recording.read(Recording.file(Recording.lines(Family.IPV4).get(0)), Family.IPV4, table);

        assertEquals(new NetTcpFile.Result(true, 0, 0, ""), result);
        assertEquals(0, table.rows());
    }

    @Test
    void saysThatIpv6IsAbsent() throws IOException {
        Files.write(Files.createDirectory(directory.resolve("net")).resolve("tcp"), Recording.bytes(Family.IPV4));

        NetTcpFile.Result result = new NetTcpFile(ProcFs.at(directory)).read(Family.IPV6, NetTcpFile.ALL_STATES, table);

        assertEquals(new NetTcpFile.Result(false, 0, 0, ""), result);
    }

    @Test
    void doesNotTakeAMissingDirectoryForAbsentIpv6() {
        NetTcpFile reader = new NetTcpFile(ProcFs.at(directory));

        for (Family family : Family.values()) {
            IOException thrown =
                    assertThrows(NoSuchFileException.class, () -> reader.read(family, NetTcpFile.ALL_STATES, table));
            assertTrue(Recording.message(thrown).contains(directory.toString()), thrown.getMessage());
        }
    }

    @Test
    void namesAFileThatCannotBeOpened() throws IOException {
        Files.createDirectories(directory.resolve("net").resolve("tcp"));

        IOException thrown = assertThrows(
                IOException.class,
                () -> new NetTcpFile(ProcFs.at(directory)).read(Family.IPV4, NetTcpFile.ALL_STATES, table));

        assertFalse(thrown instanceof NoSuchFileException);
        assertTrue(Recording.message(thrown).contains(directory + "/net/tcp"), thrown.getMessage());
    }

    private NetTcpFile.Result readLines(String... sockets) throws IOException {
        return Recording.readSockets(Recording.reader(), Family.IPV4, table, sockets);
    }

    private NetTcpFile.Result readPieces(Family family, byte[] content, int pieceBytes) throws IOException {
        InputStream pieces = new ByteArrayInputStream(content) {
            @Override
            public synchronized int read(byte[] target, int offset, int length) {
                return super.read(target, offset, Math.min(length, pieceBytes));
            }
        };
        return Recording.reader().read(pieces, Path.of("net/tcp"), family, NetTcpFile.ALL_STATES, table);
    }
}
