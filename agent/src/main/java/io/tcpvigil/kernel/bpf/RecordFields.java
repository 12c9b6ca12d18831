// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static io.tcpvigil.kernel.bpf.Register.FRAME;
import static io.tcpvigil.kernel.bpf.Register.R1;
import static io.tcpvigil.kernel.bpf.Register.R2;
import static io.tcpvigil.kernel.bpf.Register.R6;
import static io.tcpvigil.kernel.bpf.Register.R7;
import static io.tcpvigil.kernel.bpf.Register.R8;
import static io.tcpvigil.kernel.bpf.Register.R9;

/** The tracepoint: its context is the record that its {@code format} file describes; a load must be aligned to its size. */
record RecordFields(
        TracepointFormat.Field socket,
        TracepointFormat.Field oldState,
        TracepointFormat.Field newState,
        TracepointFormat.Field protocol,
        TracepointFormat.Field family,
        TracepointFormat.Field localPort,
        TracepointFormat.Field remotePort,
        TracepointFormat.Field localIpv4,
        TracepointFormat.Field remoteIpv4,
        TracepointFormat.Field localIpv6,
        TracepointFormat.Field remoteIpv6)
        implements TransitionFields {

    static RecordFields of(TracepointFormat format) throws MalformedTypesException {
        return new RecordFields(
                format.field("skaddr", 8),
                format.field("oldstate", 4),
                format.field("newstate", 4),
                format.field("protocol", 1, 2),
                format.field("family", 2),
                format.field("sport", 2),
                format.field("dport", 2),
                format.field("saddr", 4),
                format.field("daddr", 4),
                format.field("saddr_v6", 16),
                format.field("daddr_v6", 16));
    }

    @Override
    public int programType() {
        return Bpf.PROG_TYPE_TRACEPOINT;
    }

    @Override
    public void begin(Assembler code) {
        code.store(Width.U64, FRAME, Frame.CONTEXT, R1); // for what is read later
        code.load(Width.U64, R6, R1, socket.offset());
        code.load(Width.U32, R7, R1, oldState.offset());
        code.load(Width.U32, R8, R1, newState.offset());
    }

    @Override
    public void protocol(Assembler code) {
        code.load(Width.U64, R2, FRAME, Frame.CONTEXT);
        code.load(Width.ofBytes(protocol.bytes()), R1, R2, protocol.offset());
    }

    @Override
    public void addressNumber(Assembler code, BpfMap anyMap) {
        code.move(R2, R6); // a number already
    }

    @Override
    public void localPort(Assembler code) {
        code.load(Width.U64, R2, FRAME, Frame.CONTEXT);
        code.load(Width.U16, R1, R2, localPort.offset()); // a number already
        code.store(Width.U16, FRAME, Frame.LOCAL_PORT, R1);
    }

    @Override
    public void remotePort(Assembler code) {
        code.load(Width.U64, R2, FRAME, Frame.CONTEXT);
        code.load(Width.U16, R1, R2, remotePort.offset());
        code.store(Width.U16, FRAME, Frame.REMOTE_PORT, R1);
    }

    @Override
    public void addresses(Assembler code) {
        code.load(Width.U64, R2, FRAME, Frame.CONTEXT);
        code.load(Width.U16, R1, R2, family.offset());
        code.store(Width.U16, R9, EventLayout.FAMILY_OFFSET, R1);
        code.jump(Assembler.When.EQUAL, R1, AF_INET6, "ipv6");
        copy(code, EventLayout.LOCAL_OFFSET, localIpv4);
        copy(code, EventLayout.REMOTE_OFFSET, remoteIpv4);
        code.jump("addresses known");
        code.label("ipv6");
        copy(code, EventLayout.LOCAL_OFFSET, localIpv6);
        copy(code, EventLayout.REMOTE_OFFSET, remoteIpv6);
        code.label("addresses known");
    }

    /** In steps as wide as the offset allows: where {@code protocol} is one byte, addresses begin at odd offsets. */
    private static void copy(Assembler code, int recordOffset, TracepointFormat.Field field) {
        int step = Math.min(Math.min(Integer.lowestOneBit(field.offset()), field.bytes()), 8);
        for (int at = 0; at < field.bytes(); at += step) {
            code.load(Width.ofBytes(step), R1, R2, field.offset() + at);
            code.store(Width.ofBytes(step), R9, recordOffset + at, R1);
        }
    }
}
