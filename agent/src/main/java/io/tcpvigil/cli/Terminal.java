// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * Where output goes, and what may be sent there.
 *
 * @param out buffered: flush it, and ask {@link PrintStream#checkError} where much is printed, because a reader such as
 *     {@code head} may be gone
 * @param width columns that a line may take; {@link #UNLIMITED} when the output is no terminal
 * @param colour whether escape sequences may be printed
 */
record Terminal(PrintStream out, int width, boolean colour) {
    static final int UNLIMITED = Integer.MAX_VALUE;

    private static final int STDOUT = 1;
    /** {@code <asm-generic/ioctls.h>}; struct winsize { u16 ws_row, ws_col, ws_xpixel, ws_ypixel; }. */
    private static final long TIOCGWINSZ = 0x5413;

    private static final int WINSIZE_COLUMNS_OFFSET = 2;
    private static final int NARROWEST = 40;
    private static final int USUAL_WIDTH = 80;

    /** The standard output of this process. */
    static Terminal ofProcess(Map<String, String> environment) {
        PrintStream out = new StandardOutput();
        Libc libc = Libc.get();
        if (!libc.isTerminal(STDOUT)) {
            return new Terminal(out, UNLIMITED, false);
        }
        // https://no-color.org: any value that is not empty counts.
        boolean colour = environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
        return new Terminal(out, Math.max(NARROWEST, columns(libc, environment)), colour);
    }

    private static int columns(Libc libc, Map<String, String> environment) {
        byte[] bytes = new byte[8];
        try {
            libc.ioctl(STDOUT, TIOCGWINSZ, bytes);
        } catch (SyscallException noSize) {
            return environmentColumns(environment);
        }
        int columns = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getShort(WINSIZE_COLUMNS_OFFSET) & 0xFFFF;
        return columns > 0 ? columns : environmentColumns(environment);
    }

    private static int environmentColumns(Map<String, String> environment) {
        try {
            return Integer.parseInt(environment.getOrDefault("COLUMNS", ""));
        } catch (NumberFormatException none) {
            return USUAL_WIDTH;
        }
    }

    /** Why output was lost; null when it was not, or when the reader did not want more of it. */
    @Nullable
    String writeFailure() {
        return out instanceof StandardOutput standard ? standard.failure() : null;
    }

    /** {@code text} in bold where that may be printed. */
    String bold(String text) {
        return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    /** {@code text} in the colour of a warning where that may be printed. */
    String warning(String text) {
        return colour ? "\u001b[33m" + text + "\u001b[0m" : text;
    }
}
