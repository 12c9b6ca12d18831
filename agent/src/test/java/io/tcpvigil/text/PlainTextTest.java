// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class PlainTextTest {
    @Test
    void keepsLettersOfEveryScript() {
        assertEquals("naïve 東京 🦆 \"<&>\\", PlainText.oneLine("naïve 東京 🦆 \"<&>\\", 100));
    }

    @Test
    void replacesWhatSteersATerminal() {
        assertEquals(
                "a\uFFFD[31mb\uFFFDc\uFFFD\uFFFDd\uFFFD", PlainText.oneLine("a\u001b[31mb\u0000c\r\nd\u009b", 100));
    }

    @Test
    void replacesWhatTurnsTheDirectionOfText() {
        assertEquals("x\uFFFDy\uFFFDz\uFFFD", PlainText.oneLine("x\u202ey\u2066z\u2028", 100));
    }

    @Test
    void replacesHalfOfAPair() {
        assertEquals("a\uFFFDb\uFFFD", PlainText.oneLine("a\uD83Eb\uDD86", 100));
    }

    @Test
    void cutsWithoutHalvingAPair() {
        assertEquals("ab", PlainText.oneLine("abcd", 2));
        assertEquals("a", PlainText.oneLine("a🦆", 2));
        assertEquals("a🦆", PlainText.oneLine("a🦆b", 3));
    }
}
