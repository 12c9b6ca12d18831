// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netns;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** {@code /proc/sys/net/ipv4}: how many buckets the socket table of a namespace made from here has. */
    private static final Path CHILD_HASH_ENTRIES = Path.of("/proc/sys/net/ipv4/tcp_child_ehash_entries");

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
        return create(libc, 0);
    }

    /**
     * Makes a namespace whose socket table is its own, so that a dump does not walk the buckets of the whole host.
     *
     * @param hashBuckets buckets of that table, a power of two; kernels before 6.1 share the host's table whatever it is
     * @throws SyscallException EPERM without CAP_SYS_ADMIN
     */
    public static PrivateNamespace withOwnTable(Libc libc, int hashBuckets) throws SyscallException {
        return create(libc, hashBuckets);
    }

    private static PrivateNamespace create(Libc libc, int hashBuckets) throws SyscallException {
        ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
            Thread created = new Thread(work, "netns");
            created.setDaemon(true);
            return created;
        });
        PrivateNamespace namespace = new PrivateNamespace(thread);
        try {
            namespace.call(() -> {
                libc.unshare(Libc.CLONE_NEWNET);
                if (hashBuckets > 0 && Files.isWritable(CHILD_HASH_ENTRIES)) {
                    // The setting is for the children of a namespace: this first one is left again at once.
                    Files.writeString(CHILD_HASH_ENTRIES, Integer.toString(hashBuckets));
                    libc.unshare(Libc.CLONE_NEWNET);
                }
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

    /** The name of this namespace for nsenter(1) and setns(2), valid while the namespace's thread lives. */
    public Path path() throws Exception {
        return call(() -> Path.of("/proc")
                .resolve(Files.readSymbolicLink(Path.of("/proc/thread-self")))
                .resolve("ns/net"));
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
