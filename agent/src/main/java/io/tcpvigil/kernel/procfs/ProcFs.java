// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import java.nio.file.Path;

/**
 * Where {@code /proc} is, and whose network namespace its {@code net} directory shows.
 *
 * <p>The two differ in whom they ask. {@code net} shows the namespace of the process or thread in its path.
 * {@code root/sys/net} always shows the namespace of the thread that reads it, whatever {@code net} points to.
 *
 * @param root the mount point, which holds {@code sys}
 * @param net the directory that holds {@code tcp}, {@code tcp6}, {@code snmp}, {@code netstat}, {@code sockstat}
 */
public record ProcFs(Path root, Path net) {
    private static final Path PROC = Path.of("/proc");

    /** {@code /proc/net}: the namespace of this process, which is that of its first thread. */
    public static ProcFs host() {
        return new ProcFs(PROC, PROC.resolve("net"));
    }

    /** The namespace of the thread that reads, at the time it reads; it may have been moved to another one. */
    public static ProcFs ofThread() {
        return new ProcFs(PROC, PROC.resolve("thread-self/net"));
    }

    /** The namespace of another process; its files are gone as soon as the process is. */
    public static ProcFs ofProcess(long pid) {
        return new ProcFs(PROC, PROC.resolve(pid + "/net"));
    }

    /** A tree that looks like {@code /proc}: a recording, or the {@code /proc} of the host mounted into a container. */
    public static ProcFs at(Path root) {
        return new ProcFs(root, root.resolve("net"));
    }
}
