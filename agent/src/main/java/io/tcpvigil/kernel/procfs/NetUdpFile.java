// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.StringTokenizer;

/**
 * {@code net/udp} and {@code net/udp6}: one line per UDP socket ({@code udp4_seq_show} in {@code net/ipv4/udp.c}), in the
 * columns of {@code net/tcp}. Sockets are few, so lines are read as text.
 */
public final class NetUdpFile {
    /** Columns up to the inode. */
    private static final int COLUMNS = 10;
    /** TCP_CLOSE, which a socket that is not connected shows. */
    private static final int NOT_CONNECTED = 7;

    private final ProcFs procFs;
    private final boolean littleEndian;

    public NetUdpFile(ProcFs procFs) {
        this(procFs, ByteOrder.nativeOrder());
    }

    NetUdpFile(ProcFs procFs, ByteOrder byteOrder) {
        this.procFs = procFs;
        this.littleEndian = byteOrder == ByteOrder.LITTLE_ENDIAN;
    }

    /**
     * Appends the UDP sockets of both families; those that are not connected as {@link SocketKind#BOUND}.
     *
     * @return how many lines were not understood
     * @throws IOException when {@code net/udp} cannot be read; that there is no {@code udp6} is no failure
     */
    public int read(SocketTable table) throws IOException {
        int malformed = take(SmallFile.read(procFs.net().resolve("udp")), 8, table);
        String ipv6 = SmallFile.readIfPresent(procFs.net().resolve("udp6"));
        return ipv6 == null ? malformed : malformed + take(ipv6, 32, table);
    }

    private int take(String text, int digits, SocketTable table) {
        int malformed = 0;
        int at = text.indexOf('\n') + 1;
        while (at > 0 && at < text.length()) {
            int newline = text.indexOf('\n', at);
            int end = newline < 0 ? text.length() : newline;
            if (!takeLine(text.substring(at, end), digits, table)) {
                malformed++;
            }
            at = end + 1;
        }
        return malformed;
    }

    /** {@code  1234: 0100007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101        0 16812 2 ...}. */
    private boolean takeLine(String line, int digits, SocketTable table) {
        StringTokenizer tokens = new StringTokenizer(line);
        String[] words = new String[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            if (!tokens.hasMoreTokens()) {
                return false;
            }
            words[i] = tokens.nextToken();
        }
        try {
            boolean connected = Integer.parseInt(words[3], 16) != NOT_CONNECTED;
            table.begin(
                    connected ? TcpState.ESTABLISHED : TcpState.CLOSED, connected ? SocketKind.FULL : SocketKind.BOUND);
            int localPort = port(words[1], digits);
            int remotePort = port(words[2], digits);
            if (digits == 8) {
                table.putIpv4((int) word(words[1], 0), localPort, (int) word(words[2], 0), remotePort);
            } else {
                table.putIpv6(
                        half(words[1], 0),
                        half(words[1], 16),
                        localPort,
                        half(words[2], 0),
                        half(words[2], 16),
                        remotePort);
            }
            table.putQueues((int) Long.parseLong(words[4], 9, 17, 16), (int) Long.parseLong(words[4], 0, 8, 16));
            table.putOwner((int) Long.parseLong(words[7]), (int) Long.parseLong(words[9]));
        } catch (NumberFormatException | IndexOutOfBoundsException malformed) {
            return false;
        }
        table.commit();
        return true;
    }

    private static int port(String end, int digits) {
        if (end.charAt(digits) != ':') {
            throw new NumberFormatException(end);
        }
        return Integer.parseInt(end.substring(digits + 1), 16);
    }

    private long half(String address, int at) {
        return word(address, at) << 32 | word(address, at + 8);
    }

    /** 32 bits of the wire, printed as an integer of the machine that wrote the file. */
    private long word(String address, int at) {
        int printed = (int) Long.parseLong(address, at, at + 8, 16);
        return (littleEndian ? Integer.reverseBytes(printed) : printed) & 0xFFFF_FFFFL;
    }
}
