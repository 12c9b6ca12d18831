// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * {@code net/tcp} and {@code net/tcp6}: one line per socket, listeners first, then the established hash
 * ({@code Documentation/networking/proc_net_tcp.rst}; {@code tcp4_seq_show} in {@code net/ipv4/tcp_ipv4.c}).
 *
 * <p>The table is not read at one instant. The kernel fills about one page for each read, then resumes at (bucket,
 * offset), so that rows can be repeated or missed where it paused; {@link SocketTable#boundary} is told of each pause.
 *
 * <p>Keeps one buffer for its life and allocates nothing per row. Not thread-safe.
 */
public final class NetTcpFile {
    /** The mask that wants every state: bit n is the state with the kernel's number n. */
    public static final int ALL_STATES = 0xFFF;

    /** Far more than the page that one read gives, so that a read ends in the middle of a line only in a recording. */
    private static final int BUFFER_BYTES = 64 * 1024;

    private static final String[] HEADER = {
        "sl ", " local_address ", " rem", " st ", "tx_queue ", "tm->when ", "uid", "timeout", "inode"
    };
    private static final int SHOWN_CHARS = 60;

    /**
     * What a read found.
     *
     * @param present whether the file is there; {@code tcp6} is not when IPv6 is switched off in the kernel
     * @param lines lines that were whole, in any state, wanted or not
     * @param malformedLines lines that were skipped because they are not as the kernel writes them
     * @param firstMalformed the first of them with its number and what is wrong; empty when there is none
     */
    public record Result(boolean present, int lines, int malformedLines, String firstMalformed) {
        private static final Result ABSENT = new Result(false, 0, 0, "");
    }

    private final ProcFs procFs;
    private final NetTcpLine parser;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private int lineNumber;
    private int lines;
    private int malformedLines;
    private int firstMalformedLine;
    private String firstReason = "";
    /** The last read ended inside a line: the kernel pauses behind that line. */
    private boolean pausedInsideLine;
    /** The rest of the line is to be dropped; it is counted already. */
    private boolean insideOverlongLine;

    public NetTcpFile(ProcFs procFs) {
        this(procFs, ByteOrder.nativeOrder());
    }

    /**
     * @param byteOrder of the machine that wrote the file: it prints the words of an address as its own integers
     */
    NetTcpFile(ProcFs procFs, ByteOrder byteOrder) {
        this.procFs = procFs;
        this.parser = new NetTcpLine(byteOrder);
    }

    /**
     * Appends the sockets of one family to {@code table}; says nothing about its coverage, which is the caller's.
     *
     * <p>A line that is torn or absurd is skipped and counted, a row whose state number is unknown goes to {@link
     * SocketTable#unknownState}. Rows already appended stay when this throws.
     *
     * @param stateMask bit n wants the state with the kernel's number n; bit 3 stands for request sockets too
     * @throws MalformedFileException when there is no header line, or not one line can be understood
     * @throws IOException when the file cannot be opened or read; the message names it
     */
    public Result read(Family family, int stateMask, SocketTable table) throws IOException {
        Path file = procFs.net().resolve(family.fileName());
        try (InputStream in = SmallFile.open(file)) {
            return read(in, file, family, stateMask, table);
        } catch (NoSuchFileException absent) {
            // Without its neighbour, too, it is the process that is gone, or the directory is none of /proc.
            if (family == Family.IPV6 && Files.exists(procFs.net().resolve(Family.IPV4.fileName()))) {
                return Result.ABSENT;
            }
            throw absent;
        }
    }

    Result read(InputStream in, Path file, Family family, int stateMask, SocketTable table) throws IOException {
        lineNumber = 0;
        lines = 0;
        malformedLines = 0;
        firstMalformedLine = 0;
        firstReason = "";
        pausedInsideLine = false;
        insideOverlongLine = false;
        int kept = 0;
        int got = SmallFile.read(in, file, buffer, 0);
        while (got >= 0) {
            int end = kept + got;
            int next = takeLines(file, end, family, stateMask, table);
            kept = end - next;
            if (kept == 0) {
                table.boundary();
            } else {
                System.arraycopy(buffer, next, buffer, 0, kept);
                pausedInsideLine = true;
            }
            if (kept == buffer.length) {
                skipOverlongLine(file);
                kept = 0;
            }
            got = SmallFile.read(in, file, buffer, kept);
        }
        return finish(file, kept);
    }

    /** Parses the whole lines among the first {@code end} bytes; where the unfinished one starts, or {@code end}. */
    private int takeLines(Path file, int end, Family family, int stateMask, SocketTable table)
            throws MalformedFileException {
        int start = 0;
        int newline = findNewline(0, end);
        while (newline < end) {
            takeLine(file, start, newline, family, stateMask, table);
            if (pausedInsideLine) {
                table.boundary();
                pausedInsideLine = false;
            }
            start = newline + 1;
            newline = findNewline(start, end);
        }
        return start;
    }

    private int findNewline(int from, int end) {
        byte[] bytes = buffer;
        int at = from;
        while (at < end && bytes[at] != '\n') {
            at++;
        }
        return at;
    }

    private void takeLine(Path file, int start, int end, Family family, int stateMask, SocketTable table)
            throws MalformedFileException {
        if (insideOverlongLine) {
            insideOverlongLine = false;
            return;
        }
        lineNumber++;
        if (lineNumber == 1) {
            checkHeader(file, start, end);
            return;
        }
        String reason = parser.parse(buffer, start, end, family, stateMask, table);
        if (reason == null) {
            lines++;
        } else {
            reject(reason, start, end);
        }
    }

    private void reject(String reason, int start, int end) {
        malformedLines++;
        if (malformedLines == 1) {
            firstMalformedLine = lineNumber;
            firstReason = reason + ": '" + shown(start, end) + "'";
        }
    }

    private void skipOverlongLine(Path file) throws MalformedFileException {
        if (insideOverlongLine) {
            return;
        }
        lineNumber++;
        if (lineNumber == 1) {
            throw new MalformedFileException(file, 1, "no header line in the first " + BUFFER_BYTES + " bytes");
        }
        reject("longer than " + BUFFER_BYTES + " bytes", 0, buffer.length);
        insideOverlongLine = true;
    }

    private Result finish(Path file, int unfinishedBytes) throws MalformedFileException {
        if (lineNumber == 0) {
            throw new MalformedFileException(file, 1, "the file has no header line");
        }
        if (unfinishedBytes > 0 && !insideOverlongLine) {
            lineNumber++;
            reject("the line has no end", 0, unfinishedBytes);
        }
        if (lines == 0 && malformedLines > 0) {
            throw new MalformedFileException(file, firstMalformedLine, firstReason);
        }
        String first = malformedLines == 0 ? "" : "line " + firstMalformedLine + ": " + firstReason;
        return new Result(true, lines, malformedLines, first);
    }

    /** The names of the columns that are read must be there, in this order; there may be more. */
    private void checkHeader(Path file, int start, int end) throws MalformedFileException {
        String header = new String(buffer, start, end - start, StandardCharsets.ISO_8859_1);
        int at = 0;
        for (int i = 0; i < HEADER.length && at >= 0; i++) {
            at = header.indexOf(HEADER[i], at);
        }
        // A colon is in every row but in no header: the end of the header was lost, and a row is glued to it.
        if (at < 0 || header.indexOf(':') >= 0) {
            throw new MalformedFileException(
                    file, 1, "not the header line of a socket table: '" + shown(start, end) + "'");
        }
    }

    /** The start of the line, fit for a message. */
    private String shown(int start, int end) {
        int shownEnd = Math.min(end, start + SHOWN_CHARS);
        StringBuilder text = new StringBuilder(SHOWN_CHARS + 3);
        for (int at = start; at < shownEnd; at++) {
            int each = buffer[at];
            text.append(each >= ' ' && each < 0x7F ? (char) each : '?');
        }
        return text.append(shownEnd < end ? "..." : "").toString();
    }
}
