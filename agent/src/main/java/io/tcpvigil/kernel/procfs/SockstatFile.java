// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.tcp.SocketUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.StringTokenizer;

/**
 * {@code net/sockstat} and {@code net/sockstat6}: how many sockets there are, and the memory they take
 * ({@code sockstat_seq_show} in {@code net/ipv4/proc.c}).
 *
 * <pre>
 * TCP: inuse 21 orphan 2 tw 5 alloc 29 mem 1922
 * </pre>
 */
public final class SockstatFile {
    private final Path ipv4;
    private final Path ipv6;

    public SockstatFile(ProcFs procFs) {
        this.ipv4 = procFs.net().resolve("sockstat");
        this.ipv6 = procFs.net().resolve("sockstat6");
    }

    public SocketUsage read() throws IOException {
        Fields tcp = Fields.find(SmallFile.read(ipv4), "TCP:", ipv4);
        String ipv6Text = SmallFile.readIfPresent(ipv6);
        OptionalLong inUseIpv6 = ipv6Text == null
                ? OptionalLong.empty()
                : Fields.find(ipv6Text, "TCP6:", ipv6).get("inuse");
        return new SocketUsage(
                tcp.get("inuse"), inUseIpv6, tcp.get("orphan"), tcp.get("tw"), tcp.get("alloc"), tcp.get("mem"));
    }

    /** One line of alternating names and numbers. */
    private record Fields(String line, Path file, int number) {
        static Fields find(String text, String prefix, Path file) throws MalformedFileException {
            int number = 1;
            int start = 0;
            int end = text.indexOf('\n');
            while (end >= 0) {
                if (text.startsWith(prefix, start)) {
                    return new Fields(text.substring(start + prefix.length(), end), file, number);
                }
                number++;
                start = end + 1;
                end = text.indexOf('\n', start);
            }
            throw new MalformedFileException(file, number, "no line that starts with '" + prefix + "'");
        }

        OptionalLong get(String name) throws MalformedFileException {
            StringTokenizer tokens = new StringTokenizer(line, " ");
            while (tokens.hasMoreTokens()) {
                String each = tokens.nextToken();
                String value = tokens.hasMoreTokens() ? tokens.nextToken() : "";
                if (each.equals(name)) {
                    return OptionalLong.of(number(name, value));
                }
            }
            return OptionalLong.empty();
        }

        private long number(String name, String text) throws MalformedFileException {
            long value = Decimals.parse(text);
            if (value == Decimals.NOT_A_NUMBER || value == Decimals.TOO_LARGE) {
                throw new MalformedFileException(file, number, name + " is not a number: '" + text + "'");
            }
            return value;
        }
    }
}
