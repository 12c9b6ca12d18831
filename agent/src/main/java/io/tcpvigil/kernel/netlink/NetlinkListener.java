// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A netlink socket that takes in what the kernel multicasts to some groups of a protocol, in the network namespace of the
 * thread that opened it. Not thread-safe.
 *
 * <p>The kernel does not wait for a slow reader: it drops what finds no room, and counts that. By default a first drop also
 * makes it refuse everything until the buffer is empty (ENOBUFS, {@code netlink_overrun} in {@code af_netlink.c}); with
 * NETLINK_NO_ENOBUFS it takes up again as soon as there is room, so fewer are lost, and the count is as exact.
 */
public final class NetlinkListener implements NetlinkMulticast {
    /** {@code <linux/socket.h>}. */
    private static final int SOL_NETLINK = 270;
    /** {@code <linux/netlink.h>}. */
    private static final int NETLINK_NO_ENOBUFS = 5;
    /** {@code <linux/sock_diag.h>}: SO_MEMINFO is nine {@code u32}; SK_MEMINFO_RCVBUF and SK_MEMINFO_DROPS are these. */
    private static final int MEMINFO_SIZE = 9 * Integer.BYTES;

    private static final int MEMINFO_RCVBUF_OFFSET = Integer.BYTES;
    private static final int MEMINFO_DROPS_OFFSET = 8 * Integer.BYTES;

    private final Libc libc;
    private final NetlinkSocket socket;
    private final byte[] meminfo = new byte[MEMINFO_SIZE];
    private final ByteBuffer meminfoFields = ByteBuffer.wrap(meminfo).order(ByteOrder.nativeOrder());
    private int dropsBefore;
    private long dropped;

    private NetlinkListener(Libc libc, NetlinkSocket socket) {
        this.libc = libc;
        this.socket = socket;
    }

    /**
     * Joins groups.
     *
     * @param protocol such as NETLINK_SOCK_DIAG
     * @param groups bit n-1 stands for group n
     * @param bufferBytes the receive buffer wished for. Beyond {@code net.core.rmem_max} it takes CAP_NET_ADMIN; without, the
     *     buffer is as large as it may be, see {@link #bufferBytes}
     */
    public static NetlinkListener open(Libc libc, int protocol, int groups, int bufferBytes) throws SyscallException {
        NetlinkSocket socket = NetlinkSocket.open(libc, protocol);
        try {
            libc.setsockopt(socket.fd(), SOL_NETLINK, NETLINK_NO_ENOBUFS, 1);
            askForBuffer(libc, socket.fd(), bufferBytes);
            // struct sockaddr_nl { u16 family; u16 pad; u32 pid; u32 groups; }, all in this CPU's order.
            byte[] address = Libc.nativeBytes(12)
                    .putShort((short) NetlinkSocket.AF_NETLINK)
                    .putShort((short) 0)
                    .putInt(0)
                    .putInt(groups)
                    .array();
            libc.bind(socket.fd(), address);
            return new NetlinkListener(libc, socket);
        } catch (SyscallException failure) {
            socket.close();
            throw failure;
        }
    }

    private static void askForBuffer(Libc libc, int fd, int bytes) throws SyscallException {
        try {
            libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, bytes);
        } catch (SyscallException notPermitted) {
            // The other way is not refused to anybody: the kernel takes the largest that is allowed.
            libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, bytes);
        }
    }

    @Override
    public int receive() throws SyscallException {
        return libc.receiveNow(socket.fd(), socket.nativeBuffer(), Libc.MSG_TRUNC);
    }

    @Override
    public boolean await(int millis) throws SyscallException {
        return libc.pollReadable(socket.fd(), millis);
    }

    @Override
    public ByteBuffer buffer() {
        return socket.buffer();
    }

    @Override
    public long dropped() throws SyscallException {
        readMeminfo();
        int drops = meminfoFields.getInt(MEMINFO_DROPS_OFFSET);
        // The kernel counts in 32 bits.
        dropped += Integer.toUnsignedLong(drops - dropsBefore);
        dropsBefore = drops;
        return dropped;
    }

    @Override
    public long bufferBytes() throws SyscallException {
        readMeminfo();
        return Integer.toUnsignedLong(meminfoFields.getInt(MEMINFO_RCVBUF_OFFSET));
    }

    private void readMeminfo() throws SyscallException {
        libc.getsockopt(socket.fd(), Libc.SOL_SOCKET, Libc.SO_MEMINFO, meminfo);
    }

    @Override
    public void close() {
        socket.close();
    }
}
