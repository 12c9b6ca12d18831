// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Utf8WriterTest {
    private static final String[] PIECES = {
        "", "a", "tcp", "\n", "é", "€", "🔥", "\uD83D", "\uDD25", "x".repeat(16 * 1024 - 1), "y".repeat(40_000)
    };

    private static String collected(Utf8Writer writer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writer.writeTo(bytes);
        assertEquals(bytes.size(), writer.size());
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void collectsWhatIsWrittenInWhateverPieces() throws IOException {
        for (long seed = 0; seed < 200; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            StringBuilder all = new StringBuilder();
            Utf8Writer writer = new Utf8Writer();
            for (int i = 0; i < 30; i++) {
                String piece = PIECES[random.nextInt(PIECES.length)];
                all.append(piece);
                switch (random.nextInt(4)) {
                    case 0 -> writer.write(piece);
                    case 1 -> writer.write("<" + piece + ">", 1, piece.length());
                    case 2 -> writer.write(("<" + piece).toCharArray(), 1, piece.length());
                    default -> piece.chars().forEach(writer::write);
                }
            }
            writer.close();
            // The JDK's own way, which makes a question mark of each half of a character.
            String told = new String(all.toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            assertTrue(told.equals(collected(writer)), "seed " + seed);
        }
    }
}
