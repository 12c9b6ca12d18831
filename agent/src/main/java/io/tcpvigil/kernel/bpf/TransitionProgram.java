// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static io.tcpvigil.kernel.bpf.Assembler.When.AT_MOST;
import static io.tcpvigil.kernel.bpf.Assembler.When.EQUAL;
import static io.tcpvigil.kernel.bpf.Assembler.When.GREATER;
import static io.tcpvigil.kernel.bpf.Assembler.When.NOT_EQUAL;
import static io.tcpvigil.kernel.bpf.Register.FRAME;
import static io.tcpvigil.kernel.bpf.Register.R0;
import static io.tcpvigil.kernel.bpf.Register.R1;
import static io.tcpvigil.kernel.bpf.Register.R2;
import static io.tcpvigil.kernel.bpf.Register.R3;
import static io.tcpvigil.kernel.bpf.Register.R4;
import static io.tcpvigil.kernel.bpf.Register.R5;
import static io.tcpvigil.kernel.bpf.Register.R6;
import static io.tcpvigil.kernel.bpf.Register.R7;
import static io.tcpvigil.kernel.bpf.Register.R8;
import static io.tcpvigil.kernel.bpf.Register.R9;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.TcpState;

/**
 * What runs in the kernel at every transition of a TCP socket. Throughout: R6 address of the socket, R7 old state, R8 new
 * state, R9 the counters of where it happened.
 */
final class TransitionProgram {
    private static final int IPPROTO_TCP = 6;
    private static final int LARGEST_STATE = TotalsLayout.STATES - 1;
    private static final int BPF_NOEXIST = 1;
    /** Low bits of a socket's address in which it does not differ from others. */
    private static final int ALIGNMENT_BITS = 6;

    /** 2^32 over the golden ratio, halved and odd: multiples of it spread over the high bits. */
    private static final int SPREAD = 0x4F1BBCDD;

    /**
     * What is remembered of a socket: u64 its address, 0 of a free place in the table; u64 since when in its state; u64 birth
     * or 0; u64 bits of {@link EventLayout} and from bit 16 on the port of the service, once it is open.
     */
    static final int ENTRY_BYTES = 32;

    private static final int ADDRESS = 0;
    private static final int SINCE = 8;
    private static final int BORN = 16;
    private static final int LIFE = 24;

    /** Places of a set of the table: two cache lines. */
    static final int WAYS = 4;

    static final int SET_BYTES = WAYS * ENTRY_BYTES;

    private static final int CLOSED = TcpState.CLOSED.kernelNumber();
    private static final int LISTEN = TcpState.LISTEN.kernelNumber();
    private static final int SYN_SENT = TcpState.SYN_SENT.kernelNumber();
    private static final int SYN_RECEIVED = TcpState.SYN_RECEIVED.kernelNumber();
    private static final int FIN_WAIT_1 = TcpState.FIN_WAIT_1.kernelNumber();
    private static final int CLOSE_WAIT = TcpState.CLOSE_WAIT.kernelNumber();
    private static final int CLOSING = TcpState.CLOSING.kernelNumber();

    /**
     * The maps that it uses.
     *
     * @param totals {@link TotalsLayout}
     * @param table sets of what is remembered of sockets, as many as a power of two; null on a kernel that cannot claim a
     *     place of it without others in the way (before 5.12), where {@code overflow} has all
     * @param overflow address of the socket to what is remembered of it, when its set is full
     * @param ports where, direction and port to counters
     * @param ring for a record of each transition; null for none
     */
    record Maps(
            BpfMap totals,
            @Nullable BpfMap table,
            BpfMap overflow,
            BpfMap ports,
            @Nullable BpfMap ring) {}

    private final Assembler code = new Assembler();
    private final TransitionFields fields;
    private final Maps maps;
    private final @Nullable RawFields namespace;
    private final int namespaceInode;

    /**
     * Says what to watch.
     *
     * @param namespace how to find the namespace of a socket; null when there is no way
     * @param namespaceInode which one is watched
     */
    TransitionProgram(TransitionFields fields, Maps maps, @Nullable RawFields namespace, int namespaceInode) {
        this.fields = fields;
        this.maps = maps;
        this.namespace = namespace;
        this.namespaceInode = namespaceInode;
    }

    byte[] assemble() {
        fields.begin(code);
        code.jump(GREATER, R7, LARGEST_STATE, "out"); // for the verifier, which must know the bounds of an index
        code.jump(GREATER, R8, LARGEST_STATE, "out");
        code.store(Width.U64, FRAME, Frame.SOCKET, R6);
        fields.protocol(code);
        code.jump(NOT_EQUAL, R1, IPPROTO_TCP, "out"); // SCTP and MPTCP use the same states
        findWhere();
        count();
        code.jump(EQUAL, R7, R8, "out"); // close() after shutdown() stores the state that is there
        findLife();
        noteLife();
        addDwell();
        countEnds();
        remember();
        if (maps.ring() != null) {
            new EventProgram(code, fields).tell(maps.ring(), namespace != null);
        }
        code.label("out");
        code.move(R0, 0);
        code.exit();
        return code.build();
    }

    /** Puts the number of {@link Where} on the stack, and the address of its counters in R9. */
    private void findWhere() {
        if (namespace == null) {
            code.move(R2, Where.UNTOLD.ordinal());
        } else {
            namespace.namespace(code);
            code.moveUnsigned(R3, namespaceInode);
            code.move(R2, Where.WATCHED.ordinal());
            code.jump(EQUAL, R1, R3, "where known");
            code.move(R2, Where.UNTOLD.ordinal());
            code.jump(EQUAL, R1, 0, "where known"); // it could not be read
            code.move(R2, Where.ELSEWHERE.ordinal());
            code.label("where known");
        }
        code.store(Width.U64, FRAME, Frame.WHERE, R2);
        code.store(Width.U32, FRAME, Frame.ZERO_KEY, 0);
        lookup(maps.totals(), Frame.ZERO_KEY);
        code.jump(EQUAL, R0, 0, "out"); // never, but the verifier does not know
        code.move(R9, R0);
        code.store(Width.U64, FRAME, Frame.TOTALS, R0);
        code.load(Width.U64, R1, FRAME, Frame.WHERE);
        code.jump(GREATER, R1, TotalsLayout.BLOCKS - 1, "out"); // for the verifier
        code.multiply(R1, TotalsLayout.BLOCK_BYTES);
        code.add(R9, R1);
    }

    /** Adds 1 to the counter of (old, new). */
    private void count() {
        code.move(R1, R7);
        code.shiftLeft(R1, 4);
        code.or(R1, R8); // old * 16 + new
        code.shiftLeft(R1, 3);
        code.move(R2, R9);
        code.add(R2, R1);
        increment(R2, TotalsLayout.COUNTS_OFFSET);
    }

    /** Finds what is remembered of the socket, and from it the time in the old state. */
    private void findLife() {
        code.call(Helper.KTIME_GET_NS);
        code.store(Width.U64, FRAME, Frame.NOW, R0);
        code.store(Width.U64, FRAME, Frame.DWELL, -1);
        code.store(Width.U64, FRAME, Frame.BORN, 0);
        code.store(Width.U64, FRAME, Frame.LIFE, 0);
        code.store(Width.U64, FRAME, Frame.IN_TABLE, 0);
        if (maps.table() != null) {
            searchTable(maps.table());
        }
        lookup(maps.overflow(), Frame.SOCKET);
        code.label("searched");
        code.store(Width.U64, FRAME, Frame.ENTRY, R0);
        code.load(Width.U64, R1, FRAME, Frame.NOW);
        code.jump(EQUAL, R7, CLOSED, "born"); // connect() or listen()
        code.jump(NOT_EQUAL, R7, LISTEN, "not born");
        code.jump(EQUAL, R8, SYN_RECEIVED, "born"); // the child that a listener made
        code.label("not born");
        code.jump(EQUAL, R0, 0, "life known"); // it is older than the probe
        code.load(Width.U64, R2, R0, SINCE);
        code.subtract(R1, R2);
        code.store(Width.U64, FRAME, Frame.DWELL, R1); // now - since
        code.load(Width.U64, R2, R0, BORN);
        code.store(Width.U64, FRAME, Frame.BORN, R2);
        code.load(Width.U64, R2, R0, LIFE);
        code.store(Width.U64, FRAME, Frame.LIFE, R2);
        code.jump("life known");
        code.label("born");
        code.store(Width.U64, FRAME, Frame.BORN, R1); // an address is used again: what is there is of another socket
        code.label("life known");
    }

    /**
     * Goes to "searched" with the place of the socket in R0, or with 0 when it begins and has none; goes on when it may be
     * in the overflow.
     */
    private void searchTable(BpfMap table) {
        fields.addressNumber(code, table);
        spread(R2, Integer.numberOfTrailingZeros(table.capacity()));
        code.store(Width.U32, FRAME, Frame.SET_KEY, R2);
        lookup(table, Frame.SET_KEY);
        code.jump(EQUAL, R0, 0, "out"); // never, but the verifier does not know
        code.store(Width.U64, FRAME, Frame.SET, R0);
        for (int way = 0; way < WAYS; way++) {
            if (way > 0) {
                code.add(R0, ENTRY_BYTES);
            }
            code.load(Width.U64, R1, R0, ADDRESS);
            code.jump(EQUAL, R1, R6, "in table");
        }
        code.jump("not in table");
        code.label("in table");
        code.store(Width.U64, FRAME, Frame.IN_TABLE, 1);
        code.jump("searched");
        code.label("not in table");
    }

    /** Makes {@code bits} bits of {@code register} that depend on all of its bits from 6 to 31. */
    private void spread(Register register, int bits) {
        code.shiftRight(register, ALIGNMENT_BITS);
        code.multiply(register, SPREAD);
        code.shiftLeft(register, 32);
        // Two steps, because a shift by all 64 bits is none.
        code.shiftRight(register, 32);
        code.shiftRight(register, 32 - bits);
    }

    /** Adds to the bits of the socket's life what this transition says. */
    private void noteLife() {
        code.load(Width.U64, R1, FRAME, Frame.LIFE);
        code.jump(NOT_EQUAL, R8, SYN_SENT, "not outbound");
        code.or(R1, EventLayout.OUTBOUND);
        code.label("not outbound");
        code.jump(NOT_EQUAL, R7, LISTEN, "not inbound");
        code.jump(NOT_EQUAL, R8, SYN_RECEIVED, "not inbound");
        code.or(R1, EventLayout.INBOUND);
        code.label("not inbound");
        code.jump(NOT_EQUAL, R8, FIN_WAIT_1, "not closed here");
        code.or(R1, EventLayout.CLOSED_LOCALLY);
        code.label("not closed here");
        code.jump(EQUAL, R8, CLOSE_WAIT, "closed there");
        code.jump(NOT_EQUAL, R8, CLOSING, "not closed there"); // both closed at once
        code.label("closed there");
        code.or(R1, EventLayout.CLOSED_BY_PEER);
        code.label("not closed there");
        code.store(Width.U64, FRAME, Frame.LIFE, R1);
    }

    /** Adds the time in the old state to its histogram, in the bucket of its binary logarithm, and to its sum. */
    private void addDwell() {
        code.load(Width.U64, R1, FRAME, Frame.DWELL);
        code.jump(EQUAL, R1, -1, "dwell added");
        code.move(R5, R1);
        code.move(R2, 0);
        for (int bits = 32; bits > 0; bits /= 2) {
            code.move(R3, R1);
            code.shiftRight(R3, bits);
            code.jump(EQUAL, R3, 0, "below 2^" + bits);
            code.move(R1, R3);
            code.add(R2, bits);
            code.label("below 2^" + bits);
        }
        code.jump(AT_MOST, R2, TotalsLayout.DWELL_BUCKETS - 1, "bucket known");
        code.move(R2, TotalsLayout.DWELL_BUCKETS - 1);
        code.label("bucket known");
        code.move(R3, R7);
        code.multiply(R3, TotalsLayout.DWELL_BUCKETS);
        code.add(R3, R2);
        code.shiftLeft(R3, 3);
        code.move(R4, R9);
        code.add(R4, R3);
        increment(R4, TotalsLayout.DWELL_OFFSET); // [old][bucket]
        code.move(R3, R7);
        code.shiftLeft(R3, 3);
        code.move(R4, R9);
        code.add(R4, R3);
        code.atomicAdd(R4, TotalsLayout.DWELL_SUM_OFFSET, R5); // [old]
        code.label("dwell added");
    }

    /** Counts what begins or ends here: a connection, or an attempt. */
    private void countEnds() {
        code.load(Width.U64, R1, FRAME, Frame.LIFE);
        code.and(R1, EventLayout.INBOUND | EventLayout.OUTBOUND); // direction
        code.jump(EQUAL, R8, CLOSED, "closing");
        code.jump(EQUAL, R7, SYN_RECEIVED, "accepted");
        code.jump(NOT_EQUAL, R7, SYN_SENT, "ends counted");
        code.move(R1, EventLayout.OUTBOUND); // of a socket older than the probe, too
        code.label("accepted");
        code.jump(EQUAL, R8, SYN_RECEIVED, "ends counted"); // crossed SYNs: not open yet
        incrementOf(R1, TotalsLayout.OPENED_OFFSET);
        code.store(Width.U64, FRAME, Frame.PORT_COUNTER, TotalsLayout.PORT_OPENED);
        code.jump(EQUAL, R1, EventLayout.OUTBOUND, "outbound");
        code.jump(NOT_EQUAL, R1, EventLayout.INBOUND, "ends counted"); // nobody knows which port is the service
        fields.localPort(code); // the service is here
        code.move(R1, EventLayout.INBOUND);
        code.load(Width.U16, R2, FRAME, Frame.LOCAL_PORT);
        code.jump("note port");

        code.label("closing");
        code.jump(EQUAL, R7, SYN_SENT, "failed");
        code.jump(EQUAL, R7, SYN_RECEIVED, "ends counted"); // was never open
        code.jump(EQUAL, R7, LISTEN, "ends counted");
        incrementOf(R1, TotalsLayout.CLOSED_OFFSET);
        code.store(Width.U64, FRAME, Frame.PORT_COUNTER, TotalsLayout.PORT_CLOSED);
        code.load(Width.U64, R2, FRAME, Frame.LIFE);
        code.shiftRight(R2, TotalsLayout.PORT_SHIFT); // noted when it was opened
        code.jump(EQUAL, R2, 0, "ends counted"); // before the probe
        code.jump("find port");

        code.label("failed");
        fields.localPort(code);
        code.load(Width.U16, R1, FRAME, Frame.LOCAL_PORT);
        code.jump(EQUAL, R1, 0, "no port");
        increment(R9, TotalsLayout.FAILED_OFFSET);
        code.store(Width.U64, FRAME, Frame.PORT_COUNTER, TotalsLayout.PORT_FAILED);
        code.jump("outbound");
        code.label("no port"); // none was free: the one trace of it
        increment(R9, TotalsLayout.NO_PORT_OFFSET);
        code.store(Width.U64, FRAME, Frame.PORT_COUNTER, TotalsLayout.PORT_NO_PORT);

        code.label("outbound");
        fields.remotePort(code); // the service is there
        code.move(R1, EventLayout.OUTBOUND);
        code.load(Width.U16, R2, FRAME, Frame.REMOTE_PORT);
        code.label("note port");
        code.move(R3, R2);
        code.shiftLeft(R3, TotalsLayout.PORT_SHIFT);
        code.load(Width.U64, R4, FRAME, Frame.LIFE);
        code.or(R4, R3);
        code.store(Width.U64, FRAME, Frame.LIFE, R4);

        code.label("find port");
        countPort();
        code.label("ends counted");
    }

    /** Adds 1 to the counter that was chosen, of the port in R2 and the direction in R1. */
    private void countPort() {
        code.shiftLeft(R2, TotalsLayout.PORT_SHIFT);
        code.shiftLeft(R1, TotalsLayout.DIRECTION_SHIFT);
        code.or(R2, R1);
        code.load(Width.U64, R1, FRAME, Frame.WHERE);
        code.or(R2, R1);
        if (maps.table() != null) {
            countBusyPort();
        }
        code.store(Width.U32, FRAME, Frame.PORT_KEY, R2);
        lookup(maps.ports(), Frame.PORT_KEY);
        code.jump(NOT_EQUAL, R0, 0, "port found");
        for (int at = 0; at < TotalsLayout.PORT_BYTES; at += 8) {
            code.store(Width.U64, FRAME, Frame.VALUE + at, 0);
        }
        update(maps.ports(), Frame.PORT_KEY, BPF_NOEXIST); // unless another CPU was quicker
        lookup(maps.ports(), Frame.PORT_KEY);
        code.jump(NOT_EQUAL, R0, 0, "port found");
        increment(R9, TotalsLayout.PORTS_LOST_OFFSET);
        code.jump("ends counted");
        code.label("port found");
        code.load(Width.U64, R1, FRAME, Frame.PORT_COUNTER);
        code.jump(GREATER, R1, TotalsLayout.PORT_BYTES - 8, "ends counted"); // for the verifier
        code.add(R0, R1);
        increment(R0, 0);
    }

    /** The same in this CPU's own slot for the port with the key in R2; goes on when the slot is another's. */
    private void countBusyPort() {
        code.move(R3, R2);
        code.multiply(R3, SPREAD);
        code.shiftLeft(R3, 32);
        code.shiftRight(R3, 64 - TotalsLayout.BUSY_BITS);
        code.multiply(R3, TotalsLayout.BUSY_BYTES);
        code.load(Width.U64, R4, FRAME, Frame.TOTALS);
        code.add(R4, R3);
        code.load(Width.U64, R0, R4, TotalsLayout.BUSY_OFFSET);
        code.jump(EQUAL, R0, R2, "busy port");
        code.jump(NOT_EQUAL, R0, 0, "other port");
        // An interrupt on this CPU may take the free slot in between.
        code.compareAndExchange(R4, TotalsLayout.BUSY_OFFSET, R2);
        code.jump(NOT_EQUAL, R0, 0, "other port");
        code.label("busy port");
        code.load(Width.U64, R1, FRAME, Frame.PORT_COUNTER);
        code.jump(GREATER, R1, TotalsLayout.PORT_BYTES - 8, "ends counted"); // for the verifier
        code.add(R4, R1);
        increment(R4, TotalsLayout.BUSY_OFFSET + TotalsLayout.BUSY_COUNTERS_OFFSET);
        code.jump("ends counted");
        code.label("other port");
    }

    /** Keeps what the next transition of the socket will ask for; forgets it with the last one. */
    private void remember() {
        code.load(Width.U64, R0, FRAME, Frame.ENTRY);
        code.jump(NOT_EQUAL, R8, CLOSED, "goes on");
        code.jump(EQUAL, R0, 0, "remembered");
        code.load(Width.U64, R1, FRAME, Frame.IN_TABLE);
        code.jump(EQUAL, R1, 0, "in overflow");
        if (maps.table() != null) {
            code.move(R1, 0);
            code.exchange(R0, ADDRESS, R1); // the place is free for others, and what was read of it was read before
        }
        code.jump("remembered");
        code.label("in overflow");
        code.loadMap(R1, maps.overflow().fd());
        code.stackAddress(R2, Frame.SOCKET);
        code.call(Helper.MAP_DELETE);
        code.jump("remembered");
        code.label("goes on");
        code.load(Width.U64, R1, FRAME, Frame.NOW);
        code.load(Width.U64, R2, FRAME, Frame.BORN);
        code.load(Width.U64, R3, FRAME, Frame.LIFE);
        code.jump(NOT_EQUAL, R0, 0, "has entry");
        if (maps.table() != null) {
            claimPlace();
        }
        code.store(Width.U64, FRAME, Frame.VALUE + ADDRESS, 0);
        code.store(Width.U64, FRAME, Frame.VALUE + SINCE, R1);
        code.store(Width.U64, FRAME, Frame.VALUE + BORN, R2);
        code.store(Width.U64, FRAME, Frame.VALUE + LIFE, R3);
        update(maps.overflow(), Frame.SOCKET, 0);
        code.jump(EQUAL, R0, 0, "remembered");
        increment(R9, TotalsLayout.SOCKETS_LOST_OFFSET); // the map is full
        code.jump("remembered");
        code.label("has entry");
        code.store(Width.U64, R0, SINCE, R1);
        code.store(Width.U64, R0, BORN, R2);
        code.store(Width.U64, R0, LIFE, R3);
        code.label("remembered");
    }

    /** Goes to "has entry" with a place in R0 that is the socket's now; goes on when its set is full. Keeps R1 to R3. */
    private void claimPlace() {
        code.load(Width.U64, R4, FRAME, Frame.SET);
        for (int way = 0; way < WAYS; way++) {
            if (way > 0) {
                code.add(R4, ENTRY_BYTES);
            }
            code.load(Width.U64, R0, R4, ADDRESS);
            code.jump(NOT_EQUAL, R0, 0, "way taken " + way);
            code.compareAndExchange(R4, ADDRESS, R6); // unless another CPU was quicker
            code.jump(NOT_EQUAL, R0, 0, "way taken " + way);
            code.move(R0, R4);
            code.jump("has entry");
            code.label("way taken " + way);
        }
    }

    private void lookup(BpfMap map, int key) {
        code.loadMap(R1, map.fd());
        code.stackAddress(R2, key);
        code.call(Helper.MAP_LOOKUP);
    }

    /** Puts {@link Frame#VALUE} into the map. */
    private void update(BpfMap map, int key, int flags) {
        code.loadMap(R1, map.fd());
        code.stackAddress(R2, key);
        code.stackAddress(R3, Frame.VALUE);
        code.move(R4, flags);
        code.call(Helper.MAP_UPDATE);
    }

    private void increment(Register base, int offset) {
        code.move(R3, 1);
        code.atomicAdd(base, offset, R3);
    }

    /** Adds 1 to the counter of R9 with the number in {@code index}, 0 to 3. */
    private void incrementOf(Register index, int offset) {
        code.move(R2, index);
        code.shiftLeft(R2, 3);
        code.move(R4, R9);
        code.add(R4, R2);
        increment(R4, offset);
    }
}
