// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.NativeBuffer;
import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.ByteBuffer;

/**
 * A netlink socket, connected to the kernel. It belongs to the network namespace of the thread that opens it, and stays
 * with it. Not thread-safe.
 */
public final class NetlinkSocket implements NetlinkChannel {
    static final int AF_NETLINK = 16;

    /**
     * The kernel makes a dump's datagrams as large as the largest receive that the socket has seen, up to 32 KiB; and once
     * it has seen a large one, a smaller buffer loses data. Hence one size, for good.
     */
    private static final int BUFFER_SIZE = 32 * 1024;

    private final Libc libc;
    private final NativeBuffer buffer;
    private int fd;

    private NetlinkSocket(Libc libc, int fd) {
        this.libc = libc;
        this.fd = fd;
        this.buffer = NativeBuffer.allocate(libc, BUFFER_SIZE);
    }

    /**
     * Opens a socket.
     *
     * @param protocol such as NETLINK_SOCK_DIAG
     * @param timeoutMillis how long one receive may wait before it fails with EAGAIN
     */
    public static NetlinkSocket open(Libc libc, int protocol, long timeoutMillis) throws SyscallException {
        NetlinkSocket socket = open(libc, protocol);
        try {
            libc.receiveTimeout(socket.fd, timeoutMillis);
        } catch (SyscallException failure) {
            socket.close();
            throw failure;
        }
        return socket;
    }

    static NetlinkSocket open(Libc libc, int protocol) throws SyscallException {
        return new NetlinkSocket(libc, libc.socket(AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol));
    }

    int fd() {
        return fd;
    }

    NativeBuffer nativeBuffer() {
        return buffer;
    }

    @Override
    public void send(byte[] message) throws SyscallException {
        libc.send(fd, message);
    }

    @Override
    public int receive() throws SyscallException {
        return libc.recv(fd, buffer, Libc.MSG_TRUNC);
    }

    @Override
    public ByteBuffer buffer() {
        return buffer.bytes();
    }

    @Override
    public void close() {
        if (fd < 0) {
            return;
        }
        try {
            libc.close(fd);
        } catch (SyscallException failure) {
            // EBADF: somebody else closed our descriptor, which is a defect of this program.
            throw new IllegalStateException("closing a netlink socket", failure);
        } finally {
            fd = -1;
        }
    }
}
