// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static io.tcpvigil.kernel.bpf.Assembler.When.EQUAL;
import static io.tcpvigil.kernel.bpf.Assembler.When.NOT_EQUAL;
import static io.tcpvigil.kernel.bpf.Register.FRAME;
import static io.tcpvigil.kernel.bpf.Register.R0;
import static io.tcpvigil.kernel.bpf.Register.R1;
import static io.tcpvigil.kernel.bpf.Register.R2;
import static io.tcpvigil.kernel.bpf.Register.R3;
import static io.tcpvigil.kernel.bpf.Register.R6;
import static io.tcpvigil.kernel.bpf.Register.R7;
import static io.tcpvigil.kernel.bpf.Register.R8;
import static io.tcpvigil.kernel.bpf.Register.R9;

import io.tcpvigil.tcp.TcpState;

/**
 * The last part of a {@link TransitionProgram}, when somebody wants to hear of each transition: a record of it. Registers are as
 * there.
 */
final class EventProgram {
    private static final int CLOSED = TcpState.CLOSED.kernelNumber();
    private static final int ESTABLISHED = TcpState.ESTABLISHED.kernelNumber();
    private static final int FIN_WAIT_1 = TcpState.FIN_WAIT_1.kernelNumber();
    private static final int LAST_ACK = TcpState.LAST_ACK.kernelNumber();

    private final Assembler code;
    private final TransitionFields fields;

    EventProgram(Assembler code, TransitionFields fields) {
        this.code = code;
        this.fields = fields;
    }

    /**
     * Puts a record into the ring buffer; from here on R9 is the record. Goes to "out" when there is none to be put.
     *
     * @param watchedOnly whether transitions elsewhere are left out
     */
    void tell(BpfMap ring, boolean watchedOnly) {
        if (watchedOnly) {
            code.load(Width.U64, R1, FRAME, Frame.WHERE);
            code.jump(NOT_EQUAL, R1, Where.WATCHED.ordinal(), "out");
        }
        fields.localPort(code);
        fields.remotePort(code);
        code.loadMap(R1, ring.fd());
        code.move(R2, EventLayout.BYTES);
        code.move(R3, 0);
        code.call(Helper.RINGBUF_RESERVE);
        code.jump(NOT_EQUAL, R0, 0, "room");
        code.move(R3, 1);
        code.atomicAdd(R9, TotalsLayout.EVENTS_LOST_OFFSET, R3);
        code.jump("out");
        code.label("room");
        code.move(R9, R0);
        copy(Width.U64, EventLayout.TIME_OFFSET, Frame.NOW);
        code.store(Width.U64, R9, EventLayout.SOCKET_OFFSET, R6);
        copy(Width.U64, EventLayout.DWELL_OFFSET, Frame.DWELL);
        copy(Width.U64, EventLayout.BORN_OFFSET, Frame.BORN);
        code.store(Width.U32, R9, EventLayout.PROCESS_OFFSET, 0);
        copy(Width.U16, EventLayout.LOCAL_PORT_OFFSET, Frame.LOCAL_PORT);
        copy(Width.U16, EventLayout.REMOTE_PORT_OFFSET, Frame.REMOTE_PORT);
        code.store(Width.U8, R9, EventLayout.OLD_OFFSET, R7);
        code.store(Width.U8, R9, EventLayout.NEW_OFFSET, R8);
        copy(Width.U8, EventLayout.LIFE_OFFSET, Frame.LIFE);
        copy(Width.U8, EventLayout.WHERE_OFFSET, Frame.WHERE);
        code.store(Width.U16, R9, EventLayout.WHERE_OFFSET + 1, 0);
        for (int at = EventLayout.NAME_OFFSET; at < EventLayout.BYTES; at += 8) {
            code.store(Width.U64, R9, at, 0);
        }
        fields.addresses(code);
        nameProcess();
        code.move(R1, R9);
        code.move(R2, 0);
        code.call(Helper.RINGBUF_SUBMIT);
    }

    /** Names the process where it is the cause: elsewhere it is whoever was interrupted by a packet. */
    private void nameProcess() {
        code.jump(EQUAL, R7, CLOSED, "by process"); // connect() or listen()
        code.jump(EQUAL, R8, LAST_ACK, "by process"); // close() or shutdown()
        code.jump(NOT_EQUAL, R7, ESTABLISHED, "process known");
        code.jump(NOT_EQUAL, R8, FIN_WAIT_1, "process known"); // close() or shutdown()
        code.label("by process");
        code.call(Helper.CURRENT_PID_TGID);
        code.shiftRight(R0, 32);
        code.store(Width.U32, R9, EventLayout.PROCESS_OFFSET, R0);
        code.move(R1, R9);
        code.add(R1, EventLayout.NAME_OFFSET);
        code.move(R2, EventLayout.NAME_BYTES);
        code.call(Helper.CURRENT_COMM);
        code.label("process known");
    }

    private void copy(Width width, int recordOffset, int stack) {
        code.load(stack == Frame.LOCAL_PORT || stack == Frame.REMOTE_PORT ? Width.U16 : Width.U64, R1, FRAME, stack);
        code.store(width, R9, recordOffset, R1);
    }
}
