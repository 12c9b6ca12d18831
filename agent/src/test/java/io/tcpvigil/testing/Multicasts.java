// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netlink.NetlinkMulticast;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import jnr.constants.platform.Errno;

/** A kernel that multicasts what it is told to. */
public final class Multicasts implements NetlinkMulticast {
    private static final int TCP_INFO_SIZE = 280;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(32 * 1024).order(ByteOrder.nativeOrder());
    private final ArrayDeque<byte[]> datagrams = new ArrayDeque<>();
    private long dropped;
    private @Nullable Errno failure;
    private boolean closed;

    /** The kernel's message about a destroyed {@code AF_INET} socket whose counters are all 0. */
    public static byte[] destroyed(int local, int localPort, int remote, int remotePort, long cookie) {
        return destroyed(local, localPort, remote, remotePort, cookie, TCP_INFO_SIZE);
    }

    /** The same with so many bytes of {@code tcp_info}, 0 for no such attribute. */
    public static byte[] destroyed(
            int local, int localPort, int remote, int remotePort, long cookie, int tcpInfoBytes) {
        int size = 16 + 72 + 8 + (tcpInfoBytes == 0 ? 0 : 4 + tcpInfoBytes);
        ByteBuffer message = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        // struct nlmsghdr: length, SOCK_DIAG_BY_FAMILY.
        message.putInt(0, size).putShort(4, (short) 20);
        // struct inet_diag_msg: AF_INET, TCP_CLOSE, then the addresses in network order.
        message.put(16, (byte) 2).put(17, (byte) 7);
        message.order(ByteOrder.BIG_ENDIAN);
        message.putShort(20, (short) localPort).putShort(22, (short) remotePort);
        message.putInt(24, local).putInt(40, remote);
        message.order(ByteOrder.nativeOrder());
        message.putInt(60, (int) cookie).putInt(64, (int) (cookie >>> 32));
        // INET_DIAG_PROTOCOL, then INET_DIAG_INFO.
        message.putShort(88, (short) 5).putShort(90, (short) 10).put(92, (byte) 6);
        if (tcpInfoBytes > 0) {
            message.putShort(96, (short) (4 + tcpInfoBytes)).putShort(98, (short) 2);
        }
        return message.array();
    }

    public void add(byte[] datagram) {
        datagrams.add(datagram);
    }

    /** Says that so many found no room. */
    public void drop(long count) {
        dropped += count;
    }

    /** From now on every receive fails. */
    public void fail(Errno errno) {
        failure = errno;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public int receive() {
        byte[] next = datagrams.poll();
        if (next == null) {
            return NOTHING;
        }
        buffer.put(0, next);
        return next.length;
    }

    @Override
    public boolean await(int millis) throws SyscallException {
        if (failure != null) {
            throw new SyscallException("poll", failure.intValue());
        }
        return !datagrams.isEmpty();
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public long dropped() throws SyscallException {
        if (failure != null) {
            throw new SyscallException("getsockopt", failure.intValue());
        }
        return dropped;
    }

    @Override
    public long bufferBytes() {
        return 1 << 20;
    }

    @Override
    public void close() {
        closed = true;
    }
}
