// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static io.tcpvigil.kernel.bpf.Register.FRAME;
import static io.tcpvigil.kernel.bpf.Register.R1;
import static io.tcpvigil.kernel.bpf.Register.R2;
import static io.tcpvigil.kernel.bpf.Register.R3;
import static io.tcpvigil.kernel.bpf.Register.R6;
import static io.tcpvigil.kernel.bpf.Register.R7;
import static io.tcpvigil.kernel.bpf.Register.R8;
import static io.tcpvigil.kernel.bpf.Register.R9;

/**
 * The raw tracepoint: its context is an array of 64-bit arguments (const struct sock *sk, const int oldstate, const int
 * newstate), all else is read from the socket.
 *
 * @param typed whether the kernel's verifier knows what the arguments are: then a member of {@code struct sock} takes one
 *     load instead of a call, which makes the whole program a third quicker. Since 5.5
 */
record RawFields(SocketLayout socket, Helper probeRead, boolean typed) implements TransitionFields {
    @Override
    public int programType() {
        return typed ? Bpf.PROG_TYPE_TRACING : Bpf.PROG_TYPE_RAW_TRACEPOINT;
    }

    @Override
    public int tracepointType() {
        return typed ? socket.tracepointType() : 0;
    }

    @Override
    public void begin(Assembler code) {
        code.load(Width.U64, R6, R1, 0); // sk
        code.load(Width.U64, R7, R1, 8); // oldstate
        code.load(Width.U64, R8, R1, 16); // newstate
    }

    @Override
    public void protocol(Assembler code) {
        member(
                code,
                Width.ofBytes(socket.protocol().bytes()),
                R1,
                R6,
                socket.protocol().offset()); // sk->sk_protocol
    }

    /** R1 = inode of the socket's network namespace; 0 when it cannot be read. R1 to R5 are lost, R6 is restored. */
    void namespace(Assembler code) {
        member(code, Width.U64, R1, R6, socket.network()); // sk->skc_net.net
        if (!typed) {
            code.move(R6, R1);
        }
        member(code, Width.U32, R1, typed ? R1 : R6, socket.namespaceInode()); // net->ns.inum
        code.load(Width.U64, R6, FRAME, Frame.SOCKET);
    }

    @Override
    public void addressNumber(Assembler code, BpfMap anyMap) {
        code.move(R2, R6);
        if (typed) {
            // The verifier has no shift of a pointer, but takes the difference of two for a number.
            code.loadMap(R1, anyMap.fd());
            code.subtract(R2, R1);
        }
    }

    @Override
    public void localPort(Assembler code) {
        copyToStack(code, 2, R6, socket.localPort()); // inet_sk(sk)->inet_sport: not of struct sock
        code.load(Width.U16, R1, FRAME, Frame.SCRATCH);
        code.fromNetworkOrder16(R1);
        code.store(Width.U16, FRAME, Frame.LOCAL_PORT, R1);
    }

    @Override
    public void remotePort(Assembler code) {
        member(code, Width.U16, R1, R6, socket.remotePort()); // sk->skc_dport
        code.fromNetworkOrder16(R1);
        code.store(Width.U16, FRAME, Frame.REMOTE_PORT, R1);
    }

    /** {@code target} = member of {@code struct sock} or {@code struct net}; R1 to R5 are lost. */
    private void member(Assembler code, Width width, Register target, Register base, int offset) {
        if (typed) {
            code.load(width, target, base, offset);
        } else {
            copyToStack(code, width.bytes, base, offset);
            code.load(width, target, FRAME, Frame.SCRATCH);
        }
    }

    /** Copies {@code bytes} of kernel memory at {@code base} + {@code offset}; R1 to R5 are lost. */
    private void copyToStack(Assembler code, int bytes, Register base, int offset) {
        code.move(R3, base);
        code.add(R3, offset);
        code.stackAddress(R1, Frame.SCRATCH);
        code.move(R2, bytes);
        code.call(probeRead);
    }

    @Override
    public void addresses(Assembler code) {
        copy(code, EventLayout.FAMILY_OFFSET, 2, socket.family());
        code.load(Width.U16, R1, R9, EventLayout.FAMILY_OFFSET);
        code.jump(Assembler.When.EQUAL, R1, AF_INET6, "ipv6");
        copy(code, EventLayout.LOCAL_OFFSET, 4, socket.localIpv4()); // inet_sk(sk)->inet_saddr
        copy(code, EventLayout.REMOTE_OFFSET, 4, socket.remoteIpv4()); // sk->skc_daddr
        code.jump("addresses known");
        code.label("ipv6");
        copy(code, EventLayout.LOCAL_OFFSET, 16, socket.localIpv6()); // sk->skc_v6_rcv_saddr
        copy(code, EventLayout.REMOTE_OFFSET, 16, socket.remoteIpv6()); // sk->skc_v6_daddr
        code.label("addresses known");
    }

    private void copy(Assembler code, int recordOffset, int bytes, int socketOffset) {
        code.move(R1, R9);
        code.add(R1, recordOffset);
        code.move(R2, bytes);
        code.move(R3, R6);
        code.add(R3, socketOffset);
        code.call(probeRead);
    }
}
