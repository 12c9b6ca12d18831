// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TextTableTest {
    private static String printed(TextTable table, int width, boolean colour) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            table.print(new Terminal(out, width, colour));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static TextTable sample() {
        TextTable table = new TextTable("NAME", ">COUNT", "NOTE");
        table.row("a", "1", "");
        table.row("longer", "12345", "something that is long");
        return table;
    }

    @Test
    void setsColumnsAsWideAsTheirContents() {
        assertEquals("""
                NAME    COUNT  NOTE
                a           1
                longer  12345  something that is long
                """, printed(sample(), Terminal.UNLIMITED, false));
    }

    @Test
    void cutsLinesThatAreTooLong() {
        assertEquals("""
                NAME    COUNT  NOTE
                a           1
                longer  12345  somethi..
                """, printed(sample(), 24, false));
    }

    /** One long address must not push the numbers of all rows off the screen. */
    @Test
    void goesOnInTheNextLineAfterACellThatIsTooLong() {
        TextTable table = new TextTable("LOCAL", "REMOTE", ">USED", "STATES");
        table.row("10.0.0.1:443", "10.0.0.2:50000", "12", "ESTABLISHED 12");
        table.row("[2001:db8:1:2:3:4:5:6]:443", "10.0.0.3:1", "3", "TIME-WAIT 3");
        assertEquals("""
                LOCAL            REMOTE          USED  STATES
                10.0.0.1:443     10.0.0.2:50000    12  ESTABLISHED 12
                [2001:db8:1:2:3:4:5:6]:443
                                 10.0.0.3:1         3  TIME-WAIT 3
                """, printed(table, 53, false));
    }

    @Test
    void setsHeadingsInBoldOnlyWhereColourMayBe() {
        assertEquals(
                "\u001b[1mNAME    COUNT  NOTE\u001b[0m",
                printed(sample(), 80, true).lines().findFirst().orElseThrow());
    }

    @Test
    void letsNoControlCharactersThrough() {
        TextTable table = new TextTable("NAME");
        table.row("a\u001b[31mb\u009b\n\u202ec\u2066\u007f\u00e9");
        assertEquals("NAME\na?[31mb???c??\u00e9\n", printed(table, 80, false));
    }

    @Test
    void refusesARowOfOtherLength() {
        TextTable table = new TextTable("A", "B");
        assertThrows(IllegalArgumentException.class, () -> table.row("1"));
    }
}
