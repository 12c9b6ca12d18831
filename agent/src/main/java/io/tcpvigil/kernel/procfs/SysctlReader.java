// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringTokenizer;

/** Reads single files below {@code /proc/sys}, and keeps a note of those it could not make sense of. */
final class SysctlReader {
    private static final int USUAL_BYTES = 8192;
    /** More than the longest list of ports: 32,768 single ports of 5 digits with a comma each. */
    private static final int LARGEST_BYTES = 256 * 1024;

    /** {@code LONG_MAX}, to which systemd sets what shall not be bounded. */
    private static final String NO_LIMIT = Long.toString(Long.MAX_VALUE);

    private final Path directory;
    private final List<String> problems = new ArrayList<>();

    SysctlReader(Path directory) {
        this.directory = directory;
    }

    /** What went wrong so far, one line each. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** A file that holds one number. */
    OptionalLong number(String name) {
        long[] numbers = numbers(name, 1);
        return numbers.length == 0 ? OptionalLong.empty() : OptionalLong.of(numbers[0]);
    }

    /** A file that holds one number, of which the largest stands for no limit: then empty. */
    OptionalLong limit(String name) {
        String text = text(name);
        long[] numbers = NO_LIMIT.equals(text) ? new long[0] : numbers(name, text, 1);
        return numbers.length == 0 ? OptionalLong.empty() : OptionalLong.of(numbers[0]);
    }

    /** A file that holds the lower and the upper end of a range of ports. */
    Optional<PortRange> portRange(String name) {
        long[] ends = numbers(name, 2);
        if (ends.length == 0) {
            return Optional.empty();
        }
        if (!PortRange.isValid(ends[0], ends[1])) {
            report(name, "no range of ports: " + ends[0] + " to " + ends[1]);
            return Optional.empty();
        }
        return Optional.of(new PortRange((int) ends[0], (int) ends[1]));
    }

    Optional<Sysctls.TcpMemory> tcpMemory(String name) {
        long[] pages = numbers(name, 3);
        return pages.length == 0 ? Optional.empty() : Optional.of(new Sysctls.TcpMemory(pages[0], pages[1], pages[2]));
    }

    /**
     * A file that holds ports and ranges of ports, ascending, such as {@code 8080,9000-9010}; an empty line is an empty
     * list ({@code proc_do_large_bitmap} in {@code kernel/sysctl.c}).
     */
    Optional<List<PortRange>> portRanges(String name) {
        String text = text(name);
        if (text == null) {
            return Optional.empty();
        }
        List<PortRange> ranges = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(text, ",");
        int lowest = 0;
        while (tokens.hasMoreTokens()) {
            String token = tokens.nextToken();
            int dash = token.indexOf('-');
            long low = Decimals.parse(token, 0, dash < 0 ? token.length() : dash);
            long high = Decimals.parse(token, dash + 1, token.length());
            if (low < lowest || !PortRange.isValid(low, high)) {
                report(name, "no ascending list of ports at '" + shortened(token) + "'");
                return Optional.empty();
            }
            ranges.add(new PortRange((int) low, (int) high));
            lowest = (int) high + 1;
        }
        return Optional.of(List.copyOf(ranges));
    }

    /** Exactly {@code count} numbers with blanks between them; none when the file is absent or holds something else. */
    private long[] numbers(String name, int count) {
        return numbers(name, text(name), count);
    }

    private long[] numbers(String name, @Nullable String text, int count) {
        if (text == null) {
            return new long[0];
        }
        StringTokenizer tokens = new StringTokenizer(text);
        boolean sound = tokens.countTokens() == count;
        long[] numbers = new long[count];
        for (int i = 0; i < count && sound; i++) {
            numbers[i] = Decimals.parse(tokens.nextToken());
            sound = numbers[i] != Decimals.NOT_A_NUMBER && numbers[i] != Decimals.TOO_LARGE;
        }
        if (!sound) {
            report(name, "not " + count + " decimal number(s): '" + shortened(text) + "'");
            return new long[0];
        }
        return numbers;
    }

    /** The line that the file holds, or null when it is absent, or cannot be read, which is then reported. */
    private @Nullable String text(String name) {
        Path file = directory.resolve(name);
        try {
            String text = SmallFile.readOnce(file, USUAL_BYTES);
            if (text != null && !text.endsWith("\n")) {
                // A value longer than the buffer is cut, even inside a number, and the next read gives nothing: the
                // rest
                // can only be had by asking for all of it at once.
                text = SmallFile.readOnce(file, LARGEST_BYTES);
            }
            if (text == null) {
                return null;
            }
            if (text.isEmpty() || text.indexOf('\n') != text.length() - 1) {
                report(name, "not one whole line: '" + shortened(text) + "'");
                return null;
            }
            return text.substring(0, text.length() - 1);
        } catch (IOException failed) {
            problems.add(String.valueOf(failed.getMessage()));
            return null;
        }
    }

    private void report(String name, String reason) {
        problems.add(directory.resolve(name) + ": " + reason);
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text.strip() : text.substring(0, 40) + "...";
    }
}
