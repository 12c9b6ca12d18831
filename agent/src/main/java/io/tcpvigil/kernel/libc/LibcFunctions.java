// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * The C functions as they are declared. Public only because the generated stub lives in another class loader; everybody
 * else uses {@link Libc}.
 */
public interface LibcFunctions {
    int socket(int domain, int type, int protocol);

    int bind(int fd, @In byte[] address, int length);

    int connect(int fd, @In byte[] address, int length);

    int listen(int fd, int backlog);

    int accept4(int fd, @Out byte[] address, @In @Out int[] length, int flags);

    int shutdown(int fd, int how);

    int getsockname(int fd, @Out byte[] address, @In @Out int[] length);

    int setsockopt(int fd, int level, int option, @In byte[] value, int length);

    int getsockopt(int fd, int level, int option, @Out byte[] value, @In @Out int[] length);

    @ssize_t
    long send(int fd, @In byte[] buffer, @size_t long length, int flags);

    @ssize_t
    long recv(int fd, Pointer buffer, @size_t long length, int flags);

    @ssize_t
    long read(int fd, @Out byte[] buffer, @size_t long length);

    @ssize_t
    long write(int fd, @In byte[] buffer, @size_t long length);

    int close(int fd);

    int poll(@In @Out byte[] pollfds, long count, int timeoutMillis);

    int open(@In byte[] path, int flags);

    int setns(int fd, int type);

    int unshare(int flags);

    int ioctl(int fd, long request, @In @Out byte[] argument);

    /** The same function where the argument is a number. */
    int ioctl(int fd, long request, long argument);

    /**
     * syscall(2) is variadic in C; on the CPUs of {@link SyscallNumbers} whole numbers are passed alike. With all six
     * arguments, needed or not: in a function of six parameters in all, jnr-ffi 2.3.4 passes garbage as the last one
     * (x86-64), while a function of seven goes another way, through libffi. For the same reason mmap is not declared here.
     */
    long syscall(long number, long first, long second, long third, long fourth, long fifth, long sixth);

    int getpagesize();

    int munmap(long address, @size_t long length);

    int mount(@In byte[] source, @In byte[] target, @In byte[] type, long flags, long data);

    int getrlimit(int resource, @Out byte[] limit);

    int setrlimit(int resource, @In byte[] limit);

    int clock_gettime(int clock, @Out long[] timespec);

    int isatty(int fd);

    @ssize_t
    long getxattr(@In byte[] path, @In byte[] name, @Out byte[] value, @size_t long length);
}
