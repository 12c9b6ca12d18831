// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import java.util.Arrays;

/**
 * The sockets of one dump: columns in primitive arrays, 84 bytes a row, no object per socket, reused from one sample to
 * the next. Rows are held in chunks, so that growing copies nothing and a shrunken table can give memory back.
 *
 * <p>A source appends a row with {@link #begin}, the setters, then {@link #commit}; a row that turns out malformed is
 * never committed and leaves no trace. Readers use row numbers 0 to {@link #rows()} - 1, valid until {@link #clear()}.
 * Unknown numbers are {@link #UNKNOWN}, never 0. Not thread-safe: one writer, which then hands it to readers.
 */
public final class SocketTable {
    /** A quantity that the source does not give for this row. */
    public static final int UNKNOWN = -1;

    private static final int CHUNK_BITS = 10;
    static final int CHUNK_ROWS = 1 << CHUNK_BITS;
    private static final int CHUNK_MASK = CHUNK_ROWS - 1;
    /** How far back a row can be repeated: a resumed dump goes on inside the hash bucket where it paused. */
    private static final int REPEAT_WINDOW = 64;

    private static final int KIND_MASK = 0x3;
    private static final int IPV6_FLAG = 0x4;
    private static final TcpState[] STATES = TcpState.values();
    private static final SocketKind[] KINDS = SocketKind.values();

    private SocketChunk[] chunks = {new SocketChunk()};
    private int rows;
    private SocketChunk tail = chunks[0];
    private int tailOffset;

    private int rowsAtBoundary;
    private boolean checkingRepeats;
    private long duplicates;
    private final int[] unknownStates = new int[256];
    private int unknownStateRows;
    private Coverage coverage = Coverage.failed("no dump has been taken");

    /** Forgets all rows and counts; keeps the memory for the next dump, except what the last one left far too large. */
    public void clear() {
        int needed = (rows >> CHUNK_BITS) + 1;
        if (chunks.length > 4 * needed) {
            chunks = Arrays.copyOf(chunks, 2 * needed);
        }
        rows = 0;
        tail = chunks[0];
        tailOffset = 0;
        rowsAtBoundary = 0;
        checkingRepeats = false;
        duplicates = 0;
        Arrays.fill(unknownStates, 0);
        unknownStateRows = 0;
        coverage = Coverage.failed("no dump has been taken");
    }

    /** The number of committed rows. */
    public int rows() {
        return rows;
    }

    /** How much of the truth the rows are; set by the source when the dump has ended. */
    public Coverage coverage() {
        return coverage;
    }

    public void coverage(Coverage ofThisDump) {
        this.coverage = ofThisDump;
    }

    // ---- writing ----

    /** Starts a row; all columns take their unknown value. What an earlier, uncommitted start left is dropped. */
    public void begin(TcpState state, SocketKind kind) {
        int chunk = rows >> CHUNK_BITS;
        if (chunk == chunks.length) {
            chunks = Arrays.copyOf(chunks, chunk + 1 + (chunk >> 2));
        }
        SocketChunk target = chunks[chunk];
        if (target == null) {
            target = new SocketChunk();
            chunks[chunk] = target;
        }
        int at = rows & CHUNK_MASK;
        tail = target;
        tailOffset = at;
        target.state[at] = (byte) state.ordinal();
        target.flags[at] = (byte) kind.ordinal();
        target.timer[at] = 0;
        target.retransmits[at] = 0;
        target.cookie[at] = 0;
        target.cgroup[at] = 0;
        target.expiresMillis[at] = UNKNOWN;
        target.receiveQueue[at] = UNKNOWN;
        target.sendQueue[at] = UNKNOWN;
        target.uid[at] = UNKNOWN;
        target.inode[at] = 0;
        target.interfaceIndex[at] = 0;
        target.lastAckReceivedMillis[at] = UNKNOWN;
    }

    /** Both ends of an {@code AF_INET} socket; the addresses as big-endian integers (127.0.0.1 is 0x7F000001). */
    public void putIpv4(int localAddress, int localPort, int remoteAddress, int remotePort) {
        SocketChunk target = tail;
        int at = tailOffset;
        target.localHigh[at] = 0;
        target.localLow[at] = localAddress & 0xFFFF_FFFFL;
        target.remoteHigh[at] = 0;
        target.remoteLow[at] = remoteAddress & 0xFFFF_FFFFL;
        target.localPort[at] = (char) localPort;
        target.remotePort[at] = (char) remotePort;
    }

    /** Both ends of an {@code AF_INET6} socket; each address as two big-endian halves. */
    public void putIpv6(long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow, int remotePort) {
        SocketChunk target = tail;
        int at = tailOffset;
        target.flags[at] |= IPV6_FLAG;
        target.localHigh[at] = localHigh;
        target.localLow[at] = localLow;
        target.remoteHigh[at] = remoteHigh;
        target.remoteLow[at] = remoteLow;
        target.localPort[at] = (char) localPort;
        target.remotePort[at] = (char) remotePort;
    }

    /** The one timer the kernel reports: its kind (kernel number, 0 is none), milliseconds left, and unanswered tries. */
    public void putTimer(int kind, int expiresMillis, int retransmits) {
        tail.timer[tailOffset] = (byte) kind;
        tail.expiresMillis[tailOffset] = expiresMillis;
        tail.retransmits[tailOffset] = (byte) retransmits;
    }

    /** Receive and send queue in bytes; of a listener the accept queue now and its limit ({@link #UNKNOWN} if not told). */
    public void putQueues(int receiveQueue, int sendQueue) {
        tail.receiveQueue[tailOffset] = receiveQueue;
        tail.sendQueue[tailOffset] = sendQueue;
    }

    /** Owner's user id and socket inode; inode 0 is a socket without a file. */
    public void putOwner(int uid, int inode) {
        tail.uid[tailOffset] = uid;
        tail.inode[tailOffset] = inode;
    }

    /** The socket cookie; 0 is none, which no real cookie is. */
    public void putCookie(long cookie) {
        tail.cookie[tailOffset] = cookie;
    }

    /** The interface that the socket is bound to; 0 is none. */
    public void putInterfaceIndex(int index) {
        tail.interfaceIndex[tailOffset] = index;
    }

    /** The id of the cgroup (version 2) in which the socket was made; 0 is unknown. */
    public void putCgroup(long id) {
        tail.cgroup[tailOffset] = id;
    }

    /** Milliseconds since the last ACK came in ({@code tcpi_last_ack_recv}). */
    public void putLastAckReceivedMillis(int millis) {
        tail.lastAckReceivedMillis[tailOffset] = millis;
    }

    /** Ends the row: it counts from now on, unless it repeats one from just before the last {@link #boundary}. */
    public void commit() {
        if (checkingRepeats && repeatsEarlierRow()) {
            duplicates++;
            return;
        }
        rows++;
    }

    /**
     * Says that the dump was paused here and resumed. Sockets that came or went meanwhile shift the position inside the
     * hash bucket, so that the next rows can be repeats of the last ones; {@link #commit} drops and counts those.
     */
    public void boundary() {
        rowsAtBoundary = rows;
        checkingRepeats = rows > 0;
    }

    /** Counts a row whose state number is none of the known ones. It is not in the table: nothing is made of it. */
    public void unknownState(int kernelNumber) {
        unknownStates[kernelNumber & 0xFF]++;
        unknownStateRows++;
    }

    /** Keeps only the rows that fit {@code filter}, in their order. */
    public void retain(SocketFilter filter, SocketFilter.ProcessLookup processes) {
        int kept = 0;
        for (int row = 0; row < rows; row++) {
            if (filter.matches(this, row, processes)) {
                copyRow(row, kept);
                kept++;
            }
        }
        rows = kept;
    }

    private void copyRow(int from, int to) {
        if (from == to) {
            return;
        }
        chunk(to).copyRow(to & CHUNK_MASK, chunk(from), from & CHUNK_MASK);
    }

    private boolean repeatsEarlierRow() {
        int oldest = Math.max(0, rowsAtBoundary - REPEAT_WINDOW);
        for (int row = rowsAtBoundary - 1; row >= oldest; row--) {
            if (sameSocket(row)) {
                return true;
            }
        }
        checkingRepeats = false;
        return false;
    }

    private boolean sameSocket(int row) {
        SocketChunk chunk = chunks[row >> CHUNK_BITS];
        int at = row & CHUNK_MASK;
        if (chunk.cookie[at] != 0 || tail.cookie[tailOffset] != 0) {
            return chunk.cookie[at] == tail.cookie[tailOffset];
        }
        return chunk.localPort[at] == tail.localPort[tailOffset]
                && chunk.remotePort[at] == tail.remotePort[tailOffset]
                && chunk.remoteLow[at] == tail.remoteLow[tailOffset]
                && chunk.localLow[at] == tail.localLow[tailOffset]
                && chunk.remoteHigh[at] == tail.remoteHigh[tailOffset]
                && chunk.localHigh[at] == tail.localHigh[tailOffset]
                && chunk.inode[at] == tail.inode[tailOffset]
                && (chunk.flags[at] & IPV6_FLAG) == (tail.flags[tailOffset] & IPV6_FLAG)
                // Listeners that share a port (SO_REUSEPORT) differ in nothing but the inode.
                && (chunk.state[at] != TcpState.LISTEN.ordinal() || chunk.inode[at] != 0);
    }

    // ---- reading ----

    /** Rows that the dump gave twice and that are in the table once. */
    public long duplicates() {
        return duplicates;
    }

    /** How many rows had a state number that this version does not know. */
    public int unknownStateRows() {
        return unknownStateRows;
    }

    /** How many of them had this number. */
    public int unknownStateRows(int kernelNumber) {
        return unknownStates[kernelNumber & 0xFF];
    }

    /** The state; {@link TcpState#CLOSED} only together with {@link SocketKind#BOUND}. */
    public TcpState state(int row) {
        return STATES[chunk(row).state[row & CHUNK_MASK]];
    }

    public SocketKind kind(int row) {
        return KINDS[chunk(row).flags[row & CHUNK_MASK] & KIND_MASK];
    }

    /** Whether the socket is {@code AF_INET6}; its addresses may still be v4-mapped. */
    public boolean isIpv6(int row) {
        return (chunk(row).flags[row & CHUNK_MASK] & IPV6_FLAG) != 0;
    }

    public int localPort(int row) {
        return chunk(row).localPort[row & CHUNK_MASK];
    }

    public int remotePort(int row) {
        return chunk(row).remotePort[row & CHUNK_MASK];
    }

    /** The first 8 bytes of the local address; 0 for IPv4. */
    public long localHigh(int row) {
        return chunk(row).localHigh[row & CHUNK_MASK];
    }

    /** The last 8 bytes of the local address; for IPv4 the address in the low half. */
    public long localLow(int row) {
        return chunk(row).localLow[row & CHUNK_MASK];
    }

    /** The first 8 bytes of the remote address; 0 for IPv4. */
    public long remoteHigh(int row) {
        return chunk(row).remoteHigh[row & CHUNK_MASK];
    }

    /** The last 8 bytes of the remote address; for IPv4 the address in the low half. */
    public long remoteLow(int row) {
        return chunk(row).remoteLow[row & CHUNK_MASK];
    }

    /** The socket cookie, 0 when the source has none. */
    public long cookie(int row) {
        return chunk(row).cookie[row & CHUNK_MASK];
    }

    /** Kernel timer code: 0 none, 1 retransmit, 2 keepalive, 3 time-wait, 4 zero-window probe, 5 delayed ACK. */
    public int timer(int row) {
        return chunk(row).timer[row & CHUNK_MASK];
    }

    /** Milliseconds until the timer fires. */
    public int expiresMillis(int row) {
        return chunk(row).expiresMillis[row & CHUNK_MASK];
    }

    /** Retransmits or probes not answered, 0 to 255; the kernel's counter wraps. */
    public int retransmits(int row) {
        return chunk(row).retransmits[row & CHUNK_MASK] & 0xFF;
    }

    /** Bytes received and not read, plus one for a FIN not consumed; of a listener, connections in the accept queue. */
    public long receiveQueue(int row) {
        return widen(chunk(row).receiveQueue[row & CHUNK_MASK]);
    }

    /** Bytes sent and not acknowledged, plus one for a SYN or FIN; of a listener, the limit of the accept queue. */
    public long sendQueue(int row) {
        return widen(chunk(row).sendQueue[row & CHUNK_MASK]);
    }

    /** The user id of the owner as an unsigned number; 0 with inode 0 says nothing. */
    public long uid(int row) {
        return widen(chunk(row).uid[row & CHUNK_MASK]);
    }

    /** The socket's inode, 0 when no file refers to it. */
    public long inode(int row) {
        return chunk(row).inode[row & CHUNK_MASK] & 0xFFFF_FFFFL;
    }

    public int interfaceIndex(int row) {
        return chunk(row).interfaceIndex[row & CHUNK_MASK];
    }

    public long cgroup(int row) {
        return chunk(row).cgroup[row & CHUNK_MASK];
    }

    public int lastAckReceivedMillis(int row) {
        return chunk(row).lastAckReceivedMillis[row & CHUNK_MASK];
    }

    /** Adds to a row what another dump told of it. */
    public void lastAckReceivedMillis(int row, int millis) {
        chunk(row).lastAckReceivedMillis[row & CHUNK_MASK] = millis;
    }

    /** The local end as a value of its own; allocates, so not for every row of a large table. */
    public Endpoint local(int row) {
        return new Endpoint(new IpAddress(isIpv6(row), localHigh(row), localLow(row)), localPort(row));
    }

    /** The remote end as a value of its own; allocates, so not for every row of a large table. */
    public Endpoint remote(int row) {
        return new Endpoint(new IpAddress(isIpv6(row), remoteHigh(row), remoteLow(row)), remotePort(row));
    }

    private static long widen(int column) {
        return column == UNKNOWN ? UNKNOWN : column & 0xFFFF_FFFFL;
    }

    private SocketChunk chunk(int row) {
        return chunks[row >> CHUNK_BITS];
    }
}
