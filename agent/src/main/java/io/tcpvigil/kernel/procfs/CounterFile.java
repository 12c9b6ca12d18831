// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * One pair of lines in a file of pairs: names, then values, each after the same prefix
 * ({@code snmp_seq_show}, {@code netstat_seq_show} in {@code net/ipv4/proc.c}).
 *
 * <pre>
 * Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens ...
 * Tcp: 1 200 120000 -1 17 14 ...
 * </pre>
 *
 * Keeps the names from one read to the next, since they change only with the kernel. Not thread-safe.
 */
final class CounterFile {
    private final Path file;
    private final String prefix;

    private String namesLine = "";
    private Map<String, Integer> positions = Map.of();

    /**
     * @param prefix with its colon, such as {@code Tcp:}
     */
    CounterFile(Path file, String prefix) {
        this.file = file;
        this.prefix = prefix + " ";
    }

    Counters read() throws IOException {
        String text = SmallFile.read(file);
        int number = 1;
        int start = 0;
        int end = text.indexOf('\n');
        while (end >= 0) {
            if (text.startsWith(prefix, start)) {
                return pair(text, start, end, number);
            }
            number++;
            start = end + 1;
            end = text.indexOf('\n', start);
        }
        throw new MalformedFileException(file, number, "no line of names that starts with '" + prefix + "'");
    }

    private Counters pair(String text, int start, int end, int number) throws MalformedFileException {
        int valuesStart = end + 1;
        int valuesEnd = text.indexOf('\n', valuesStart);
        if (valuesEnd < 0 || !text.startsWith(prefix, valuesStart)) {
            throw new MalformedFileException(file, number + 1, "no line of values that starts with '" + prefix + "'");
        }
        if (!text.regionMatches(start, namesLine, 0, Math.max(end - start, namesLine.length()))) {
            positions = names(text.substring(start + prefix.length(), end));
            namesLine = text.substring(start, end);
        }
        return new Counters(positions, values(text.substring(valuesStart + prefix.length(), valuesEnd), number + 1));
    }

    private static Map<String, Integer> names(String line) {
        Map<String, Integer> found = new LinkedHashMap<>();
        StringTokenizer names = new StringTokenizer(line, " ");
        for (int position = 0; names.hasMoreTokens(); position++) {
            found.put(names.nextToken(), position);
        }
        return Collections.unmodifiableMap(found);
    }

    private long[] values(String line, int number) throws MalformedFileException {
        StringTokenizer tokens = new StringTokenizer(line, " ");
        if (tokens.countTokens() != positions.size()) {
            throw new MalformedFileException(
                    file, number, tokens.countTokens() + " values for " + positions.size() + " different names");
        }
        long[] values = new long[positions.size()];
        for (int i = 0; i < values.length; i++) {
            String token = tokens.nextToken();
            long value = Decimals.parse(token);
            if (value == Decimals.NOT_A_NUMBER) {
                throw new MalformedFileException(
                        file, number, "value " + (i + 1) + " is not a number: '" + token + "'");
            }
            // A sum over processors that are counting meanwhile can be below zero for a moment; %lu then shows 2^64 -
            // n.
            values[i] = value == Decimals.TOO_LARGE ? Counters.UNUSABLE : value;
        }
        return values;
    }
}
