// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One message to the datagram socket of another process, unix(7), for which Java has no class before or after 17. */
public final class UnixDatagram {
    private static final int AF_UNIX = 1;

    /**
     * <pre>
     * struct sockaddr_un { sa_family_t sun_family; char sun_path[108]; };    linux/un.h
     * </pre>
     */
    private static final int FAMILY_SIZE = 2;

    private static final int PATH_SIZE = 108;

    private UnixDatagram() {}

    /**
     * Sends without waiting.
     *
     * @param address a path, or a name that is in no file system, which begins with {@code @}
     * @throws SyscallException with EAGAIN when the receiver's queue is full
     */
    public static void send(Libc libc, String address, byte[] message) throws IOException {
        byte[] socketAddress = socketAddress(address);
        int fd = libc.socket(AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC | Libc.SOCK_NONBLOCK, 0);
        try {
            // Not sendto(2): with six parameters jnr-ffi passes garbage, see LibcFunctions.
            libc.connect(fd, socketAddress);
            libc.send(fd, message);
        } finally {
            libc.close(fd);
        }
    }

    /** The bytes of the address: a path ends with a zero, in a name every byte counts and the first is zero. */
    static byte[] socketAddress(String address) throws IOException {
        boolean isName = address.startsWith("@");
        if (!isName && !address.startsWith("/")) {
            throw new IOException("not the address of a Unix socket: " + address);
        }
        byte[] path = (isName ? '\0' + address.substring(1) : address + '\0').getBytes(StandardCharsets.UTF_8);
        if (path.length > PATH_SIZE) {
            throw new IOException("longer than the address of a Unix socket can be: " + address);
        }
        return Libc.nativeBytes(FAMILY_SIZE + path.length)
                .putShort((short) AF_UNIX)
                .put(path)
                .array();
    }
}
