// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netlink.NetlinkSocket;
import io.tcpvigil.tcp.TcpState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The floor: the same request as {@code NetlinkSource} sends, and every datagram received and thrown away. */
final class RawDump implements AutoCloseable {
    private static final int TYPE_OFFSET = 4;
    private static final int NLMSG_DONE = 3;
    // struct nlmsghdr and struct inet_diag_req, whose type stands for both families.
    private static final int TCPDIAG_GETSOCK = 18;
    private static final int STATES_OFFSET = 16 + 52;
    private static final int SIZE = 16 + 60;

    private final NetlinkSocket socket;
    private int sequence;

    private RawDump(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Of the namespace in which the calling thread is. */
    static RawDump open() throws SyscallException {
        return new RawDump(NetlinkSocket.open(Libc.get(), InetDiagReader.PROTOCOL, 5_000));
    }

    /** Dumps every socket; how many bytes came. */
    long run() throws SyscallException {
        return run(InetDiagReader.ALL_STATES_MASK | InetDiagReader.BOUND_MASK);
    }

    /** Dumps what a fast sample asks for: every state but ESTABLISHED. */
    long runFast() throws SyscallException {
        return run(InetDiagReader.ALL_STATES_MASK & ~(1 << TcpState.ESTABLISHED.kernelNumber()));
    }

    private long run(int states) throws SyscallException {
        byte[] request = new byte[SIZE];
        sequence++;
        ByteBuffer.wrap(request)
                .order(ByteOrder.nativeOrder())
                .putInt(request.length)
                .putShort((short) TCPDIAG_GETSOCK)
                .putShort((short) 0x301)
                .putInt(sequence)
                .putInt(STATES_OFFSET, states);
        socket.send(request);
        long bytes = 0;
        do {
            bytes += socket.receive();
        } while (socket.buffer().getShort(TYPE_OFFSET) != NLMSG_DONE);
        return bytes;
    }

    @Override
    public void close() {
        socket.close();
    }
}
