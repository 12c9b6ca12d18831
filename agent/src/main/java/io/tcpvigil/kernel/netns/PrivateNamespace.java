// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netns;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A new, empty network namespace with its loopback interface up. Code runs in it on one thread of its own: sockets that
 * the code opens, and processes that it starts, belong to the namespace; no other thread of this program ever does.
 *
 * <p>The namespace lives until {@link #close} and until the last socket and process in it are gone. Needs CAP_SYS_ADMIN.
 */
public final class PrivateNamespace implements AutoCloseable {
    private static final int AF_INET = 2;
    /** {@code <bits/ioctls.h>}. */
    private static final long SIOCGIFFLAGS = 0x8913;

    private static final long SIOCSIFFLAGS = 0x8914;
    /** struct ifreq { char ifr_name[16]; short ifr_flags; ... }. */
    private static final int IFREQ_SIZE = 40;

    private static final int IFREQ_FLAGS_OFFSET = 16;
    private static final int IFF_UP = 1;

    private final ExecutorService thread;

    private PrivateNamespace(ExecutorService thread) {
        this.thread = thread;
    }

    /**
     * Makes a namespace.
     *
     * @throws SyscallException EPERM without CAP_SYS_ADMIN
     */
    public static PrivateNamespace create(Libc libc) throws SyscallException {
        ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
            Thread created = new Thread(work, "netns");
            created.setDaemon(true);
            return created;
        });
        PrivateNamespace namespace = new PrivateNamespace(thread);
        try {
            namespace.call(() -> {
                libc.unshare(Libc.CLONE_NEWNET);
                bringUp(libc, "lo");
                return true;
            });
        } catch (SyscallException failure) {
            namespace.close();
            throw failure;
        } catch (Exception failure) {
            namespace.close();
            throw new IllegalStateException("making a network namespace", failure);
        }
        return namespace;
    }

    private static void bringUp(Libc libc, String device) throws SyscallException {
        int fd = libc.socket(AF_INET, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        try {
            byte[] ifreq = new byte[IFREQ_SIZE];
            ByteBuffer request = ByteBuffer.wrap(ifreq).order(ByteOrder.nativeOrder());
            request.put(device.getBytes(StandardCharsets.US_ASCII));
            libc.ioctl(fd, SIOCGIFFLAGS, ifreq);
            request.putShort(IFREQ_FLAGS_OFFSET, (short) (request.getShort(IFREQ_FLAGS_OFFSET) | IFF_UP));
            libc.ioctl(fd, SIOCSIFFLAGS, ifreq);
        } finally {
            libc.close(fd);
        }
    }

    /** Runs {@code work} inside the namespace and waits for it; throws what it throws. */
    public <T> T call(Callable<T> work) throws Exception {
        try {
            return thread.submit(work).get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failure;
        }
    }

    /** Ends the thread; a call that is still running is interrupted. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
