// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;

/**
 * The system calls that tcpvigil makes. Each throws {@link SyscallException} with the errno of that very call; a
 * transfer or accept that a signal interrupted (EINTR) is made again. Not so {@code close}, whose descriptor is gone either
 * way (close(2)), and {@code connect}, which goes on in the background.
 *
 * <p>Thread-safe: errno is kept for each thread.
 */
public final class Libc {
    /** {@code <sys/socket.h>}: the return value is the real length, also when the buffer was too short. */
    public static final int MSG_TRUNC = 0x20;

    public static final int MSG_DONTWAIT = 0x40;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_CLOEXEC = 0x80000;
    /** No call on the descriptor waits: it fails with EAGAIN, or of connect with EINPROGRESS. */
    public static final int SOCK_NONBLOCK = 0x800;

    public static final int SOL_SOCKET = 1;
    public static final int SO_REUSEADDR = 2;
    public static final int SO_ERROR = 4;
    public static final int SO_RCVBUF = 8;
    public static final int SO_LINGER = 13;
    public static final int SO_RCVTIMEO = 20;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int SO_COOKIE = 57;

    /** {@code <sched.h>}: the network namespace, for {@link #unshare} and {@link #setns}. */
    public static final int CLONE_NEWNET = 0x40000000;

    /** {@code <fcntl.h>}: read only and not inherited by a program that is started. */
    public static final int O_RDONLY_CLOEXEC = 0x80000;

    /** {@code <fcntl.h>}: read and write, never wait, not inherited by a program that is started. */
    public static final int O_RDWR_NONBLOCK_CLOEXEC = 0x80802;

    /** {@code <sys/socket.h>}, for {@link #shutdown}: nothing more will be sent. */
    public static final int SHUT_WR = 1;

    /** {@code <poll.h>}: there is something to read. */
    public static final int POLLIN = 0x1;

    private static final int POLLFD_SIZE = 8;
    /** {@code <sys/resource.h>}; the same on x86-64 and aarch64. */
    private static final int RLIMIT_NOFILE = 7;

    private static final int RLIMIT_SIZE = 16;

    private final LibcFunctions functions;
    private final Runtime runtime;

    private Libc(LibcFunctions functions) {
        this.functions = functions;
        this.runtime = Runtime.getRuntime(functions);
    }

    private static final class Holder {
        static final Libc INSTANCE =
                new Libc(LibraryLoader.create(LibcFunctions.class).load("c"));
    }

    /** The C library of this process; bound at first use. */
    public static Libc get() {
        return Holder.INSTANCE;
    }

    /** socket(2): a new descriptor. */
    public int socket(int domain, int type, int protocol) throws SyscallException {
        return check("socket", functions.socket(domain, type, protocol));
    }

    public void bind(int fd, byte[] address) throws SyscallException {
        check("bind", functions.bind(fd, address, address.length));
    }

    /** connect(2): without waiting when the descriptor does not; then EINPROGRESS is what a working call fails with. */
    public void connect(int fd, byte[] address) throws SyscallException {
        check("connect", functions.connect(fd, address, address.length));
    }

    public void listen(int fd, int backlog) throws SyscallException {
        check("listen", functions.listen(fd, backlog));
    }

    /** accept4(2): a descriptor of the first connection in the queue; {@code peer} receives its remote address. */
    public int accept(int fd, byte[] peer, int flags) throws SyscallException {
        int accepted;
        do {
            accepted = functions.accept4(fd, peer, new int[] {peer.length}, flags);
        } while (accepted < 0 && interrupted());
        return check("accept", accepted);
    }

    public void shutdown(int fd, int how) throws SyscallException {
        check("shutdown", functions.shutdown(fd, how));
    }

    /** getsockname(2): fills {@code address} and gives the length that the kernel wrote. */
    public int getsockname(int fd, byte[] address) throws SyscallException {
        int[] length = {address.length};
        check("getsockname", functions.getsockname(fd, address, length));
        return length[0];
    }

    public void setsockopt(int fd, int level, int option, byte[] value) throws SyscallException {
        check("setsockopt", functions.setsockopt(fd, level, option, value, value.length));
    }

    /** setsockopt(2) with an {@code int} value. */
    public void setsockopt(int fd, int level, int option, int value) throws SyscallException {
        setsockopt(fd, level, option, nativeBytes(4).putInt(value).array());
    }

    /** getsockopt(2): fills {@code value} and gives the length that the kernel wrote. */
    public int getsockopt(int fd, int level, int option, byte[] value) throws SyscallException {
        int[] length = {value.length};
        check("getsockopt", functions.getsockopt(fd, level, option, value, length));
        return length[0];
    }

    /** Sets SO_RCVTIMEO: a receive that waits longer fails with EAGAIN. */
    public void receiveTimeout(int fd, long millis) throws SyscallException {
        // struct timeval { long tv_sec; long tv_usec; }
        byte[] timeval = nativeBytes(16)
                .putLong(millis / 1000)
                .putLong(millis % 1000 * 1000)
                .array();
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval);
    }

    /** send(2): all of {@code message} as one datagram. */
    public void send(int fd, byte[] message) throws SyscallException {
        long sent;
        do {
            sent = functions.send(fd, message, message.length, 0);
        } while (sent < 0 && interrupted());
        check("send", (int) sent);
    }

    /**
     * recv(2) into native memory.
     *
     * @return bytes received; with {@link #MSG_TRUNC} the datagram's real length, which may exceed {@code length}
     */
    public int recv(int fd, NativeBuffer buffer, int flags) throws SyscallException {
        Pointer pointer = buffer.pointer();
        long received;
        do {
            received = functions.recv(fd, pointer, buffer.capacity(), flags);
        } while (received < 0 && interrupted());
        return check("recv", (int) received);
    }

    /** read(2): fills {@code bytes} from its start and gives how many; 0 at the end. */
    public int read(int fd, byte[] bytes) throws SyscallException {
        long read;
        do {
            read = functions.read(fd, bytes, bytes.length);
        } while (read < 0 && interrupted());
        return check("read", (int) read);
    }

    /** write(2): how many of the first {@code length} bytes were taken. */
    public int write(int fd, byte[] bytes, int length) throws SyscallException {
        long written;
        do {
            written = functions.write(fd, bytes, length);
        } while (written < 0 && interrupted());
        return check("write", (int) written);
    }

    public void close(int fd) throws SyscallException {
        check("close", functions.close(fd));
    }

    /**
     * poll(2) for readability of one descriptor.
     *
     * @param timeoutMillis how long to wait; -1 for ever
     * @return whether something can be read (or the descriptor is in error, which a read will tell)
     */
    public boolean pollReadable(int fd, int timeoutMillis) throws SyscallException {
        // struct pollfd { int fd; short events; short revents; }
        byte[] pollfd =
                nativeBytes(POLLFD_SIZE).putInt(fd).putShort((short) POLLIN).array();
        return check("poll", functions.poll(pollfd, 1, timeoutMillis)) > 0;
    }

    /** open(2): a descriptor of {@code path}. */
    public int open(String path, int flags) throws SyscallException {
        byte[] terminated = (path + '\0').getBytes(StandardCharsets.UTF_8);
        return check("open " + path, functions.open(terminated, flags));
    }

    /** setns(2): moves the calling thread, and only it, into the namespace that {@code fd} stands for. */
    public void setns(int fd, int type) throws SyscallException {
        check("setns", functions.setns(fd, type));
    }

    /** unshare(2): the calling thread gets namespaces of its own. */
    public void unshare(int flags) throws SyscallException {
        check("unshare", functions.unshare(flags));
    }

    /** ioctl(2) with a structure that the kernel reads and writes. */
    public void ioctl(int fd, long request, byte[] argument) throws SyscallException {
        check("ioctl", functions.ioctl(fd, request, argument));
    }

    /**
     * Raises the number of descriptors that this process may have open, as far as it is allowed to.
     *
     * @return how many it may have now
     */
    public long raiseDescriptorLimit(long wanted) throws SyscallException {
        // struct rlimit { rlim_t rlim_cur; rlim_t rlim_max; }, both unsigned 64 bits.
        byte[] limit = new byte[RLIMIT_SIZE];
        check("getrlimit", functions.getrlimit(RLIMIT_NOFILE, limit));
        ByteBuffer fields = ByteBuffer.wrap(limit).order(ByteOrder.nativeOrder());
        long soft = fields.getLong(0);
        long hard = fields.getLong(8);
        if (Long.compareUnsigned(soft, wanted) >= 0) {
            return soft;
        }
        if (Long.compareUnsigned(hard, wanted) < 0) {
            byte[] both =
                    nativeBytes(RLIMIT_SIZE).putLong(wanted).putLong(wanted).array();
            if (functions.setrlimit(RLIMIT_NOFILE, both) == 0) {
                return wanted;
            }
            // Only CAP_SYS_RESOURCE raises the hard limit; the soft one may always go up to it.
        }
        long allowed = Long.compareUnsigned(hard, wanted) < 0 ? hard : wanted;
        byte[] raised = nativeBytes(RLIMIT_SIZE).putLong(allowed).putLong(hard).array();
        check("setrlimit", functions.setrlimit(RLIMIT_NOFILE, raised));
        return allowed;
    }

    /** isatty(3). */
    public boolean isTerminal(int fd) {
        return functions.isatty(fd) == 1;
    }

    /** Zeroed bytes to be filled in the order of this CPU, as structures for the kernel are. */
    public static ByteBuffer nativeBytes(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }

    Runtime runtime() {
        return runtime;
    }

    private int check(String operation, int result) throws SyscallException {
        if (result < 0) {
            throw new SyscallException(operation, runtime.getLastError());
        }
        return result;
    }

    private boolean interrupted() {
        return runtime.getLastError() == Errno.EINTR.intValue();
    }
}
