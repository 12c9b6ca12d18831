// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes to standard error: plain, but for the journal, which takes the priority from in front of each line (sd-daemon(3)).
 */
public final class StandardErrorLog implements Log {
    /** Set by systemd to the device and inode of the stream that it connected, {@code 9:12345} (systemd.exec(5)). */
    static final String JOURNAL_STREAM = "JOURNAL_STREAM";

    private final PrintStream out;
    private final boolean toJournal;

    StandardErrorLog(PrintStream out, boolean toJournal) {
        this.out = out;
        this.toJournal = toJournal;
    }

    /** The log of this process. */
    public static StandardErrorLog ofProcess(Map<String, String> environment) {
        return new StandardErrorLog(System.err, isJournal(environment.get(JOURNAL_STREAM), Path.of("/proc/self/fd/2")));
    }

    /** Whether {@code stream} is the one that the variable speaks of: who redirects it leaves the variable as it was. */
    static boolean isJournal(@Nullable String variable, Path stream) {
        if (variable == null) {
            return false;
        }
        try {
            Map<String, Object> file = Files.readAttributes(stream, "unix:dev,ino", new LinkOption[0]);
            return variable.equals(file.get("dev") + ":" + file.get("ino"));
        } catch (IOException unknown) {
            // Then lines are plain, which the journal takes, too.
            return false;
        }
    }

    @Override
    public void say(Priority priority, String text) {
        StringBuilder lines = new StringBuilder();
        for (String line : text.split("\\R", -1)) {
            if (toJournal) {
                lines.append('<').append(priority.number()).append('>');
            }
            lines.append(line).append(System.lineSeparator());
        }
        // In one piece, so that lines of two threads do not mix.
        out.print(lines);
        out.flush();
    }
}
