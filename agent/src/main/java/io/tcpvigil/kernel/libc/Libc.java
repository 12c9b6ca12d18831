// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
    public static final int SO_MEMINFO = 55;
    public static final int SO_COOKIE = 57;

    /** {@link #receiveNow}: nothing is waiting. */
    public static final int NOTHING = -1;

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

    /** {@code <sched.h>}: the mounts, for {@link #unshare}. */
    public static final int CLONE_NEWNS = 0x20000;

    /** {@code <sys/mount.h>}, for {@link #mount}: the mount and all below it keep their changes to themselves. */
    public static final long MS_REC_PRIVATE = 0x4000 | 0x40000;

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;

    private static final int POLLFD_SIZE = 8;
    /** {@code <sys/resource.h>}; the same on x86-64 and aarch64. */
    private static final int RLIMIT_NOFILE = 7;

    private static final int RLIMIT_MEMLOCK = 8;
    private static final int RLIMIT_SIZE = 16;

    /** {@code <linux/time.h>}: goes on while the machine is suspended, and never backwards. */
    private static final int CLOCK_BOOTTIME = 7;

    /** {@code <linux/time.h>}: stands still while the machine is suspended. */
    private static final int CLOCK_MONOTONIC = 1;

    /** {@code <linux/time.h>}: the processor time of the calling thread. */
    private static final int CLOCK_THREAD_CPUTIME_ID = 3;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

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

    /**
     * recv(2) of what is waiting, into native memory.
     *
     * @return as {@link #recv}; {@link #NOTHING} when nothing is waiting
     */
    public int receiveNow(int fd, NativeBuffer buffer, int flags) throws SyscallException {
        Pointer pointer = buffer.pointer();
        long received;
        do {
            received = functions.recv(fd, pointer, buffer.capacity(), flags | MSG_DONTWAIT);
        } while (received < 0 && interrupted());
        if (received < 0 && runtime.getLastError() == Errno.EAGAIN.intValue()) {
            return NOTHING;
        }
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
        return check("open " + path, functions.open(terminated(path), flags));
    }

    /** getxattr(2): fills {@code value} from its start and gives how many bytes. */
    public int getxattr(String path, String name, byte[] value) throws SyscallException {
        return check(
                "getxattr " + path, (int) functions.getxattr(terminated(path), terminated(name), value, value.length));
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

    /** ioctl(2) with a number. */
    public void ioctl(int fd, long request, long argument) throws SyscallException {
        check("ioctl", functions.ioctl(fd, request, argument));
    }

    /**
     * A system call that the C library has no function for.
     *
     * @param operation its name, for the exception
     * @param number from {@link SyscallNumbers}
     * @param arguments at most six; addresses as of {@link NativeBuffer#address}
     * @return what the kernel returned: a descriptor, a count, an address
     */
    public long systemCall(String operation, int number, long... arguments) throws SyscallException {
        long[] six = Arrays.copyOf(arguments, 6);
        long result = functions.syscall(number, six[0], six[1], six[2], six[3], six[4], six[5]);
        if (result == -1) {
            throw new SyscallException(operation, runtime.getLastError());
        }
        return result;
    }

    /** mmap(2): {@code length} bytes of what {@code fd} stands for, shared with the kernel. */
    public MappedMemory map(SyscallNumbers numbers, int fd, long offset, long length, boolean writable)
            throws SyscallException {
        int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
        return new MappedMemory(
                this, systemCall("mmap", numbers.mmap(), 0, length, protection, MAP_SHARED, fd, offset), length);
    }

    /** getpagesize(2): what offsets into {@link #map} are multiples of. */
    public int pageBytes() {
        return functions.getpagesize();
    }

    void unmap(long address, long length) throws SyscallException {
        check("munmap", functions.munmap(address, length));
    }

    /** mount(2) without data: for file systems of the kernel, and to change how a mount is shared. */
    public void mount(String type, String target, long flags) throws SyscallException {
        byte[] name = terminated(type);
        check("mount " + target, functions.mount(name, terminated(target), name, flags, 0));
    }

    private static byte[] terminated(String text) {
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Raises the number of descriptors that this process may have open, as far as it is allowed to.
     *
     * @return how many it may have now
     */
    public long raiseDescriptorLimit(long wanted) throws SyscallException {
        return raiseLimit(RLIMIT_NOFILE, wanted);
    }

    /**
     * Raises the bytes that this process may lock, which kernels before 5.11 charge BPF maps to, as far as it is allowed to.
     *
     * @return how many it may lock now
     */
    public long raiseLockedMemoryLimit(long wanted) throws SyscallException {
        return raiseLimit(RLIMIT_MEMLOCK, wanted);
    }

    private long raiseLimit(int resource, long wanted) throws SyscallException {
        // struct rlimit { rlim_t rlim_cur; rlim_t rlim_max; }, both unsigned 64 bits.
        byte[] limit = new byte[RLIMIT_SIZE];
        check("getrlimit", functions.getrlimit(resource, limit));
        ByteBuffer fields = ByteBuffer.wrap(limit).order(ByteOrder.nativeOrder());
        long soft = fields.getLong(0);
        long hard = fields.getLong(8);
        if (Long.compareUnsigned(soft, wanted) >= 0) {
            return soft;
        }
        if (Long.compareUnsigned(hard, wanted) < 0) {
            byte[] both =
                    nativeBytes(RLIMIT_SIZE).putLong(wanted).putLong(wanted).array();
            if (functions.setrlimit(resource, both) == 0) {
                return wanted;
            }
            // Only CAP_SYS_RESOURCE raises the hard limit; the soft one may always go up to it.
        }
        long allowed = Long.compareUnsigned(hard, wanted) < 0 ? hard : wanted;
        byte[] raised = nativeBytes(RLIMIT_SIZE).putLong(allowed).putLong(hard).array();
        check("setrlimit", functions.setrlimit(resource, raised));
        return allowed;
    }

    /** clock_gettime(2) of CLOCK_BOOTTIME: nanoseconds since the machine started, the time that it was suspended included. */
    public long bootTimeNanos() {
        return clock(CLOCK_BOOTTIME);
    }

    /** clock_gettime(2) of CLOCK_MONOTONIC: the clock of systemd and of timers. */
    public long monotonicNanos() {
        return clock(CLOCK_MONOTONIC);
    }

    /** clock_gettime(2) of CLOCK_THREAD_CPUTIME_ID: nanoseconds that the calling thread has run, in the kernel too. */
    public long threadCpuNanos() {
        return clock(CLOCK_THREAD_CPUTIME_ID);
    }

    private long clock(int clock) {
        // struct timespec { time_t tv_sec; long tv_nsec; }
        long[] timespec = new long[2];
        if (functions.clock_gettime(clock, timespec) != 0) {
            // All three clocks are in every kernel since 2.6.39, and no argument can be wrong.
            throw new IllegalStateException("clock_gettime: " + SyscallException.describe(runtime.getLastError()));
        }
        return timespec[0] * NANOS_PER_SECOND + timespec[1];
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
