// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are not as the kernel writes them, and reads that fail. */
class NetTcpDamageTest {
    /** Row 13 of the recording: an established client with the keepalive timer running. */
    private static final int KEEPALIVE_LINE = 14;
    /** Row 3 of the recording: a request socket. */
    private static final int REQUEST_LINE = 4;

    private final SocketTable table = new SocketTable();

    @ParameterizedTest
    @ValueSource(
            strings = {
                " 01 | 0x ",
                " 01 | 1 ",
                " 01 | 001 ",
                ":C351|:1C351",
                ":C351|:351",
                ":1F90|:-F90",
                "0100007F:C|0100007G:C",
                "0100007F:C|00100007F:C",
                "0100007F:C|00007F:C",
                "00000000:00000000|00000000.00000000",
                "00000000:00000000|00000000:0000000",
                "00000000:00000000|00000000:000000000",
                "02:000AFC29|02:AFC29",
                "02:000AFC29|02:0000000000000AFC29",
                "02:000AFC29|2:000AFC29",
                "00000000     0|00000000 4294967296",
                " 8766| 4294967296",
                " 8766| -1",
                " 8766| 9999999999999999999",
                " 8766| 18446744073709551617",
                " 8766|8766",
                "00000000c510c949|1:0000",
                "-1|",
                "20 0 0 11 -1|",
                "20 0 0 11 -1|20 0 0 11 x",
                "20 0 0 11 -1|20 0 0 11 -",
                "11 -1|11 -1  14: 0100007F:C352",
                "  13: |   x: ",
                "  13: |   13 ",
                "  13: |"
            })
    void skipsALineWithAnAbsurdColumn(String change) throws IOException {
        String line = Recording.lines(Family.IPV4).get(KEEPALIVE_LINE);
        String sound = Recording.lines(Family.IPV4).get(REQUEST_LINE);
        int bar = change.indexOf('|');
        String broken = line.replace(change.substring(0, bar), change.substring(bar + 1));
        assertFalse(broken.equals(line), "the change must change something");

        NetTcpFile.Result result = readSockets(broken, sound);

        assertEquals(1, result.malformedLines());
        assertTrue(result.firstMalformed().startsWith("line 2: "), result.firstMalformed());
        assertEquals(1, table.rows());
        assertEquals(SocketKind.REQUEST, table.kind(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1F90 01 |1F90x01 ", " 01 | 01x", " 01 | 0x "})
    void checksTheStateOfALineThatIsNotWanted(String change) throws IOException {
        String line = Recording.lines(Family.IPV4).get(KEEPALIVE_LINE);
        int bar = change.indexOf('|');
        byte[] content = Recording.file(
                Recording.lines(Family.IPV4).get(0),
                line.replace(change.substring(0, bar), change.substring(bar + 1)),
                line);

        NetTcpFile.Result result = Recording.read(Recording.reader(), content, Family.IPV4, 1 << 10, table);

        assertEquals(1, result.lines());
        assertEquals(1, result.malformedLines());
    }

    @Test
    void doesNotLookBehindTheEndOfALine() throws IOException {
        // Its state would be where the next line has one.
        String tooShort = "  13: 0100007F:C351 0100007F:1F9";
        String sound = Recording.lines(Family.IPV4).get(REQUEST_LINE);
        byte[] content = Recording.file(Recording.lines(Family.IPV4).get(0), tooShort, " 0A ", sound);

        NetTcpFile.Result result = Recording.read(Recording.reader(), content, Family.IPV4, 1 << 3, table);

        assertEquals(2, result.malformedLines());
    }

    @Test
    void namesTheFirstMalformedLineOnly() throws IOException {
        String sound = Recording.lines(Family.IPV4).get(REQUEST_LINE);

        NetTcpFile.Result result = readSockets(sound, "\u001b[31m" + "x".repeat(100), "");

        assertEquals(2, result.malformedLines());
        assertEquals("line 3: no state where it should be: '?[31m" + "x".repeat(55) + "...'", result.firstMalformed());
    }

    @Test
    void skipsALastLineThatHasNoEnd() throws IOException {
        byte[] whole = Recording.bytes(Family.IPV4);
        byte[] torn = Arrays.copyOf(whole, whole.length - 1);

        NetTcpFile.Result result = Recording.read(torn, Family.IPV4, table);

        assertEquals(23, table.rows());
        assertEquals(1, result.malformedLines());
        assertTrue(result.firstMalformed().startsWith("line 25: the line has no end"), result.firstMalformed());
    }

    @Test
    void skipsALineLongerThanTheBuffer() throws IOException {
        List<String> lines = Recording.lines(Family.IPV4);
        byte[] content = Recording.file(
                lines.get(0), lines.get(KEEPALIVE_LINE), lines.get(1) + " 1".repeat(100_000), lines.get(REQUEST_LINE));

        NetTcpFile.Result result = Recording.read(content, Family.IPV4, table);

        assertEquals(2, result.lines());
        assertEquals(1, result.malformedLines());
        assertTrue(result.firstMalformed().startsWith("line 3: longer than"), result.firstMalformed());
        assertEquals(SocketKind.REQUEST, table.kind(1));
    }

    @Test
    void startsAnewAfterAMalformedFile() throws IOException {
        NetTcpFile reader = Recording.reader();
        assertThrows(
                MalformedFileException.class,
                () -> Recording.read(reader, new byte[200_000], Family.IPV4, NetTcpFile.ALL_STATES, table));

        assertEquals(new NetTcpFile.Result(true, 24, 0, ""), reader.read(Family.IPV4, NetTcpFile.ALL_STATES, table));
    }

    @Test
    void startsAnewAfterALineLongerThanTheBufferWithoutEnd() throws IOException {
        NetTcpFile reader = Recording.reader();
        byte[] content = Arrays.copyOf(Recording.bytes(Family.IPV4), 200_000);
        assertEquals(
                1,
                Recording.read(reader, content, Family.IPV4, NetTcpFile.ALL_STATES, table)
                        .malformedLines());

        assertEquals(new NetTcpFile.Result(true, 24, 0, ""), reader.read(Family.IPV4, NetTcpFile.ALL_STATES, table));
    }

    @Test
    void rejectsAFileWithoutHeader() throws IOException {
        List<String> lines = Recording.lines(Family.IPV4);

        assertMalformed(1, Recording.file(lines.subList(1, lines.size())));
        assertMalformed(1, new byte[0]);
        assertMalformed(1, "  sl  local_address".getBytes(StandardCharsets.US_ASCII));
        assertMalformed(1, Recording.file(lines.get(0) + lines.get(1), lines.get(2)));
        assertMalformed(1, Recording.file("Inter-|   Receive", lines.get(1)));
    }

    @Test
    void rejectsAFileInWhichNoLineIsSound() throws IOException {
        String header = Recording.lines(Family.IPV4).get(0);

        MalformedFileException thrown = assertMalformed(2, Recording.file(header, "one", "two"));

        assertEquals("net/tcp:2: no state where it should be: 'one'", thrown.getMessage());
        assertEquals("net/tcp", thrown.path());
    }

    @Test
    void keepsTheRowsReadBeforeAReadFails() throws IOException {
        InputStream failing = new FailingStream(Recording.bytes(Family.IPV4), 1500);

        IOException thrown = assertThrows(
                IOException.class,
                () -> Recording.reader().read(failing, Path.of("net/tcp"), Family.IPV4, NetTcpFile.ALL_STATES, table));

        assertEquals("net/tcp: Input/output error", thrown.getMessage());
        assertEquals(9, table.rows());
    }

    /** Gives so many bytes, then fails as the kernel does. */
    private static final class FailingStream extends InputStream {
        private final byte[] content;
        private int left;

        FailingStream(byte[] content, int bytes) {
            this.content = content;
            this.left = bytes;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("Input/output error");
            }
            int given = left;
            System.arraycopy(content, 0, target, offset, given);
            left = 0;
            return given;
        }
    }

    private MalformedFileException assertMalformed(int line, byte[] content) {
        MalformedFileException thrown =
                assertThrows(MalformedFileException.class, () -> Recording.read(content, Family.IPV4, table));
        assertEquals(line, thrown.line());
        return thrown;
    }

    private NetTcpFile.Result readSockets(String... sockets) throws IOException {
        return Recording.readSockets(Recording.reader(), Family.IPV4, table, sockets);
    }
}
