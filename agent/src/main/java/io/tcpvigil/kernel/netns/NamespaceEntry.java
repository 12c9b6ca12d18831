// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netns;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs code inside an existing network namespace. Each call has a thread of its own, which enters and ends there: it never
 * comes back, so there is no way back to get wrong, and no other code can run on it afterwards.
 *
 * <p>The code must start no threads, which would stay in the namespace: open sockets and read files only.
 */
public final class NamespaceEntry {
    private NamespaceEntry() {}

    /**
     * Enters and runs {@code work}. Sockets that it opens stay in the namespace, whoever uses them later.
     *
     * @param path {@code /proc/PID/ns/net}, or a name's file
     * @throws SyscallException when the namespace is gone (ENOENT) or may not be entered (EPERM without CAP_SYS_ADMIN)
     * @throws Exception what {@code work} throws
     */
    public static <T> T call(Path path, Callable<T> work) throws Exception {
        // Bound before, so that nothing of it is set up on the thread that goes.
        Libc libc = Libc.get();
        int fd = libc.open(path.toString(), Libc.O_RDONLY_CLOEXEC);
        try {
            FutureTask<T> task = new FutureTask<>(() -> {
                libc.setns(fd, Libc.CLONE_NEWNET);
                return work.call();
            });
            Thread thread = new Thread(task, "netns-entry");
            thread.setDaemon(true);
            thread.start();
            thread.join();
            return task.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failure;
        } finally {
            libc.close(fd);
        }
    }
}
