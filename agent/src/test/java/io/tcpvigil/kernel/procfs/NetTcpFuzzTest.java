// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damages the recording in every place. What must hold: the result is rows, or a {@link MalformedFileException}, and
 * nothing else is ever thrown; a line that was not damaged gives its row; one that was gives one row at most.
 */
class NetTcpFuzzTest {
    private final SocketTable table = new SocketTable();
    private final NetTcpFile reader = Recording.reader();

    @ParameterizedTest
    @EnumSource(Family.class)
    void givesExactlyTheWholeLinesOfATruncatedFile(Family family) throws IOException {
        byte[] content = Recording.bytes(family);
        List<String> expected = rows(content, family);
        for (int length = 0; length < content.length; length++) {
            int wholeLines = count(content, length);
            boolean tornLine = length > 0 && content[length - 1] != '\n';
            String where = "cut to " + length + " bytes";
            try {
                List<String> rows = rows(Arrays.copyOf(content, length), family);
                assertTrue(wholeLines > 1 || !tornLine, where);
                assertEquals(expected.subList(0, wholeLines - 1), rows, where);
            } catch (MalformedFileException thrown) {
                assertTrue(wholeLines == 0 || (wholeLines == 1 && tornLine), where + ": " + thrown.getMessage());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void confinesAFlippedBitToItsLine(Family family) throws IOException {
        byte[] content = Recording.bytes(family);
        List<String> expected = rows(content, family);
        for (int at = 0; at < content.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                checkDamage(content, at, (byte) (content[at] ^ 1 << bit), expected, family);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void confinesAReplacedByteToItsLine(Family family) throws IOException {
        byte[] content = Recording.bytes(family);
        List<String> expected = rows(content, family);
        byte[] likely = {'\n', '\r', 0, ' ', '\t', ':', '-', '0', '9', 'A', 'f', 'G', 'x', (byte) 0xFF, (byte) 0x80};
        for (int at = 0; at < content.length; at++) {
            for (byte replacement : likely) {
                checkDamage(content, at, replacement, expected, family);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void survivesRandomDamage(Family family) throws IOException {
        byte[] content = Recording.bytes(family);
        for (long seed = 0; seed < 5_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] damaged = content.clone();
            int changes = random.nextInt(1, 40);
            for (int i = 0; i < changes; i++) {
                int from = random.nextInt(content.length);
                int length = Math.min(random.nextInt(1, 60), content.length - from);
                int to = random.nextInt(content.length - length + 1);
                System.arraycopy(content, from, damaged, to, length);
            }
            int length = random.nextInt(content.length + 1);
            try {
                List<String> rows = rows(Arrays.copyOf(damaged, length), family);
                assertTrue(rows.size() < count(damaged, length), "seed " + seed);
            } catch (MalformedFileException thrown) {
                assertTrue(thrown.line() >= 1, "seed " + seed);
            } catch (RuntimeException thrown) {
                throw new AssertionError("seed " + seed, thrown);
            }
        }
    }

    private void checkDamage(byte[] content, int at, byte replacement, List<String> expected, Family family)
            throws IOException {
        byte[] damaged = content.clone();
        damaged[at] = replacement;
        if (content[at] == replacement) {
            return;
        }
        int line = count(content, at);
        String where = "byte " + at + " as " + replacement;
        List<String> rows;
        try {
            rows = rows(damaged, family);
        } catch (MalformedFileException thrown) {
            assertEquals(0, line, where + ": only damage to the header may cost the whole file");
            return;
        }
        // Rows before the damaged line, and behind it; the end of a line belongs to the next one too.
        int before = Math.max(0, line - 1);
        int behind = expected.size() - Math.min(expected.size(), content[at] == '\n' ? line + 1 : line);
        assertTrue(rows.size() >= before + behind, where);
        // Two lines in one are not a whole line, nor is either part of one that was cut where it still had something.
        boolean isCut = replacement == '\n' && hasTextAround(content, at);
        int damagedLines = line == 0 || content[at] == '\n' || isCut ? 0 : 1;
        assertTrue(rows.size() <= before + behind + damagedLines, where);
        assertEquals(expected.subList(0, before), rows.subList(0, before), where);
        assertEquals(
                expected.subList(expected.size() - behind, expected.size()),
                rows.subList(rows.size() - behind, rows.size()),
                where);
    }

    private List<String> rows(byte[] content, Family family) throws IOException {
        table.clear();
        Recording.read(reader, content, family, NetTcpFile.ALL_STATES, table);
        return Recording.rows(table);
    }

    /** Whether something other than blanks is in the line on both sides of the place. */
    private static boolean hasTextAround(byte[] content, int place) {
        int before = place - 1;
        while (before >= 0 && content[before] == ' ') {
            before--;
        }
        int behind = place;
        while (content[behind] == ' ') {
            behind++;
        }
        return before >= 0 && content[before] != '\n' && content[behind] != '\n';
    }

    /** How many lines end within the first {@code length} bytes. */
    private static int count(byte[] content, int length) {
        int lines = 0;
        for (int at = 0; at < length; at++) {
            lines += content[at] == '\n' ? 1 : 0;
        }
        return lines;
    }
}
