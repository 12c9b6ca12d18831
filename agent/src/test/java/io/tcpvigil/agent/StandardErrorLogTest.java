// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StandardErrorLogTest {
    private static String said(boolean toJournal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StandardErrorLog log = new StandardErrorLog(new PrintStream(bytes, false, StandardCharsets.UTF_8), toJournal);
        log.say(Log.Priority.ERROR, "first\nsecond");
        log.at(Log.Priority.WARNING).accept("third");
        log.say(Log.Priority.INFO, "fourth");
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void putsThePriorityBeforeEachLineForTheJournal() {
        assertEquals("<3>first\n<3>second\n<4>third\n<6>fourth\n", said(true));
    }

    @Test
    void isPlainForEverybodyElse() {
        assertEquals("first\nsecond\nthird\nfourth\n", said(false));
    }

    @Test
    void tellsTheJournalFromAFileThatErrorsWereSentTo(@TempDir Path scratch) throws Exception {
        Path stream = Files.createFile(scratch.resolve("stream"));
        Path other = Files.createFile(scratch.resolve("other"));
        String variable = Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino");
        assertTrue(StandardErrorLog.isJournal(variable, stream));
        assertFalse(StandardErrorLog.isJournal(variable, other));
        assertFalse(StandardErrorLog.isJournal(variable, scratch.resolve("missing")));
        assertFalse(StandardErrorLog.isJournal(null, stream));
    }
}
