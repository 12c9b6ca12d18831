// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One line of {@code net/tcp} or {@code net/tcp6}, parsed where it lies in the buffer. {@code get_tcp4_sock} in
 * {@code net/ipv4/tcp_ipv4.c} writes it with
 *
 * <pre>
 * "%4d: %08X:%04X %08X:%04X %02X %08X:%08X %02X:%08lX %08X %5u %8d %lu %d %pK %lu %lu %u %u %d"
 *   sl   local_address      st   tx:rx_queue     |    |    uid  |   |   |  |   |   |   |  |  ssthresh
 *             remote_address         timer:ticks    |   probes inode | pointer rto ato | cwnd
 *                                             retransmits         refcount         quick|pingpong
 * </pre>
 *
 * {@code get_openreq4} (a request socket) and {@code get_timewait4_sock} (a minisock) write the first 12 columns only.
 */
final class NetTcpLine {
    private static final int COLUMNS_OF_FULL_SOCKET_ONLY = 5;
    private static final int TIMER_KEEPALIVE = 2;
    private static final int TIMER_TIME_WAIT = 3;
    private static final int TIMER_ZERO_WINDOW_PROBE = 4;
    private static final int MILLIS_PER_TICK = 10;
    private static final int MAX_RETRANSMITS = 255;
    /** Of a pointer on a 64-bit machine, hashed or zeroed. */
    private static final int POINTER_CHARS = 16;

    private static final long MAX_UNSIGNED_INT = 0xFFFF_FFFFL;

    /** The value of each ASCII character as a hexadecimal digit, or -1. */
    private static final byte[] HEX = new byte[256];

    static {
        Arrays.fill(HEX, (byte) -1);
        for (int digit = 0; digit < 16; digit++) {
            HEX[Character.toUpperCase(Character.forDigit(digit, 16))] = (byte) digit;
            HEX[Character.forDigit(digit, 16)] = (byte) digit;
        }
    }

    private final boolean littleEndian;

    private byte[] line = {};
    private int at;
    private int end;
    /** What was wrong first; parsing goes on behind it, within the line, and its results are not used. */
    private @Nullable String failure;

    NetTcpLine(ByteOrder byteOrder) {
        this.littleEndian = byteOrder == ByteOrder.LITTLE_ENDIAN;
    }

    /**
     * Appends the socket in {@code bytes} from {@code start} to before {@code lineEnd} to the table, if its state is
     * wanted. Null when the line is sound, else what is wrong with it; then the table has no trace of it.
     */
    @Nullable
    String parse(byte[] bytes, int start, int lineEnd, Family family, int stateMask, SocketTable table) {
        line = bytes;
        at = start;
        end = lineEnd;
        failure = null;
        skipBlanks();
        decimal("malformed row number");
        expect(':', "malformed row number");
        // From here to the state every column has a fixed width, so that an unwanted row costs no more than this.
        int stateAt = at + 1 + 2 * (family.addressDigits() + ":0000 ".length());
        if (failure != null || stateAt + 2 >= lineEnd || bytes[stateAt - 1] != ' ' || bytes[stateAt + 2] != ' ') {
            return "no state where it should be";
        }
        int number = HEX[bytes[stateAt] & 0xFF] << 4 | HEX[bytes[stateAt + 1] & 0xFF];
        if (number < 0) {
            return "malformed state";
        }
        TcpState state = TcpState.ofKernelNumber(number);
        if (state == null || state == TcpState.CLOSED) {
            // Closed sockets are in none of the kernel's tables: a row of that number is as strange as an unknown one.
            table.unknownState(number);
            return null;
        }
        if ((stateMask >>> state.kernelNumber() & 1) == 0) {
            return null;
        }
        return family == Family.IPV4 ? parseIpv4(state, table) : parseIpv6(state, table);
    }

    private @Nullable String parseIpv4(TcpState state, SocketTable table) {
        blanks();
        int localAddress = networkOrder(hex(8, "malformed local address"));
        int localPort = port("malformed local port");
        int remoteAddress = networkOrder(hex(8, "malformed remote address"));
        int remotePort = port("malformed remote port");
        parseRest(state, table);
        if (failure == null) {
            table.putIpv4(localAddress, localPort, remoteAddress, remotePort);
            table.commit();
        }
        return failure;
    }

    private @Nullable String parseIpv6(TcpState state, SocketTable table) {
        blanks();
        long localHigh = halfAddress("malformed local address");
        long localLow = halfAddress("malformed local address");
        int localPort = port("malformed local port");
        long remoteHigh = halfAddress("malformed remote address");
        long remoteLow = halfAddress("malformed remote address");
        int remotePort = port("malformed remote port");
        parseRest(state, table);
        if (failure == null) {
            table.putIpv6(localHigh, localLow, localPort, remoteHigh, remoteLow, remotePort);
            table.commit();
        }
        return failure;
    }

    /** Everything from the state on; begins the row when all of it is sound. */
    private void parseRest(TcpState state, SocketTable table) {
        hex(2, "malformed state");
        blanks();
        int sendQueue = (int) hex(8, "malformed tx_queue");
        expect(':', "malformed tx_queue");
        int receiveQueue = (int) hex(8, "malformed rx_queue");
        blanks();
        int timer = (int) hex(2, "malformed timer");
        expect(':', "malformed timer");
        int expiresMillis = ticksAsMillis();
        blanks();
        long retransmits = hex(8, "malformed retrnsmt");
        blanks();
        long uid = decimal("malformed uid");
        blanks();
        long probes = decimal("malformed timeout");
        blanks();
        long inode = decimal("malformed inode");
        blanks();
        decimal("malformed reference count");
        blanks();
        int pointerChars = pointer();
        SocketKind kind = kind(state, timer, pointerChars);
        if (uid > MAX_UNSIGNED_INT || inode > MAX_UNSIGNED_INT) {
            fail("uid or inode does not fit in 32 bits");
        }
        if (failure != null) {
            return;
        }
        table.begin(state, kind);
        // As sock_diag has it: one count, of what the timer that runs has tried in vain.
        long tries = timer == TIMER_KEEPALIVE || timer == TIMER_ZERO_WINDOW_PROBE ? probes : retransmits;
        table.putTimer(timer, expiresMillis, (int) Math.min(tries, MAX_RETRANSMITS));
        // Of a listener the file tells how many connections wait to be accepted, but not how many may.
        table.putQueues(receiveQueue, state == TcpState.LISTEN ? SocketTable.UNKNOWN : sendQueue);
        table.putOwner((int) uid, (int) inode);
    }

    /** Tells what the row is by whether it goes on behind column 12, which only full sockets do. */
    private SocketKind kind(TcpState state, int timer, int pointerChars) {
        skipBlanks();
        if (at < end) {
            columnsOfFullSocket();
            return state == TcpState.TIME_WAIT ? SocketKind.MINISOCK : SocketKind.FULL;
        }
        if (pointerChars != POINTER_CHARS) {
            // The only sign that the line is whole when the pointer is the end of it.
            fail("malformed pointer in column 12");
        }
        if (state == TcpState.SYN_RECEIVED) {
            return SocketKind.REQUEST;
        }
        if (state != TcpState.TIME_WAIT && (state != TcpState.FIN_WAIT_2 || timer != TIMER_TIME_WAIT)) {
            fail("the line ends before column 13");
        }
        return SocketKind.MINISOCK;
    }

    /** Checks that columns 13 to 17 are there; there may be further ones, which are not known. */
    private void columnsOfFullSocket() {
        for (int column = 0; column < COLUMNS_OF_FULL_SOCKET_ONLY; column++) {
            if (at < end && line[at] == '-') {
                at++;
            }
            decimal("malformed column 13 to 17");
            skipBlanks();
        }
        for (; at < end; at++) {
            // A row number or an address: the end of this line was lost, and the next one is glued to it.
            if (line[at] == ':') {
                fail("a second row in the line");
            }
        }
    }

    // ---- columns ----

    private long halfAddress(String reason) {
        long first = networkOrder(hex(8, reason)) & MAX_UNSIGNED_INT;
        long second = networkOrder(hex(8, reason)) & MAX_UNSIGNED_INT;
        return first << 32 | second;
    }

    /** The kernel prints {@code __be32} with {@code %08X}: as an integer of the machine, whatever its byte order. */
    private int networkOrder(long word) {
        return littleEndian ? Integer.reverseBytes((int) word) : (int) word;
    }

    private int port(String reason) {
        expect(':', reason);
        int port = (int) hex(4, reason);
        blanks();
        return port;
    }

    /** {@code jiffies_delta_to_clock_t}: hundredths of a second, at least 8 digits, as many as a long needs. */
    private int ticksAsMillis() {
        int start = at;
        long ticks = 0;
        while (at < end && HEX[line[at] & 0xFF] >= 0) {
            ticks = Math.min(ticks << 4 | HEX[line[at] & 0xFF], Integer.MAX_VALUE);
            at++;
        }
        if (at - start < 8 || at - start > 16) {
            fail("malformed tm->when");
        }
        return (int) Math.min(ticks * MILLIS_PER_TICK, Integer.MAX_VALUE);
    }

    /**
     * {@code %pK}: hexadecimal, or a word in parentheses as long as the kernel has no randomness to hash pointers with.
     * How long it is.
     */
    private int pointer() {
        int start = at;
        while (at < end && line[at] != ' ') {
            if (line[at] == ':') {
                fail("malformed pointer in column 12");
            }
            at++;
        }
        return at - start;
    }

    /** Exactly {@code digits} hexadecimal digits, at most 8. */
    private long hex(int digits, String reason) {
        byte[] bytes = line;
        int from = at;
        if (from + digits > end) {
            fail(reason);
            return 0;
        }
        int value = 0;
        int seen = 0;
        for (int i = from; i < from + digits; i++) {
            int digit = HEX[bytes[i] & 0xFF];
            seen |= digit;
            value = value << 4 | digit;
        }
        at = from + digits;
        if (seen < 0) {
            fail(reason);
        }
        return value & MAX_UNSIGNED_INT;
    }

    /** One decimal digit or more, without sign; more than 18 digits are none. */
    private long decimal(String reason) {
        byte[] bytes = line;
        int from = at;
        int i = from;
        long value = 0;
        while (i < end && bytes[i] >= '0' && bytes[i] <= '9' && i - from < 19) {
            value = value * 10 + (bytes[i] - '0');
            i++;
        }
        at = i;
        if (i == from || i - from > 18) {
            fail(reason);
        }
        return value;
    }

    private void expect(char wanted, String reason) {
        if (at < end && line[at] == wanted) {
            at++;
        } else {
            fail(reason);
        }
    }

    /** One blank or more. */
    private void blanks() {
        int start = at;
        skipBlanks();
        if (at == start) {
            fail("no blank where two columns meet");
        }
    }

    private void skipBlanks() {
        while (at < end && line[at] == ' ') {
            at++;
        }
    }

    private void fail(String reason) {
        if (failure == null) {
            failure = reason;
        }
    }
}
