// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The rights of the calling thread (capabilities(7)), to say what is missing when the kernel has said no. What cannot be read
 * counts as missing.
 *
 * @param effective the bits of CapEff in {@code /proc/thread-self/status}, numbered as in {@code
 *     include/uapi/linux/capability.h}
 * @param ownUserNamespace whether they count only inside a user namespace other than the first
 */
public record Capabilities(long effective, boolean ownUserNamespace) {
    public static final int CAP_DAC_READ_SEARCH = 2;
    public static final int CAP_SYS_PTRACE = 19;
    public static final int CAP_SYS_ADMIN = 21;
    public static final int CAP_PERFMON = 38;
    public static final int CAP_BPF = 39;

    /** As they are now. */
    public static Capabilities ofThread() {
        return of(Path.of("/proc"));
    }

    /**
     * The same, read elsewhere.
     *
     * @param proc where {@code /proc} is
     */
    public static Capabilities of(Path proc) {
        return new Capabilities(
                effective(read(proc.resolve("thread-self/status"))), isOwn(read(proc.resolve("self/uid_map"))));
    }

    public boolean has(int capability) {
        return (effective >>> capability & 1) != 0;
    }

    /** Whether they let it look into the processes of all users, by proc(5) and ptrace(2). */
    public boolean readAllProcesses() {
        return has(CAP_SYS_PTRACE) && has(CAP_DAC_READ_SEARCH);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException hidden) {
            return "";
        }
    }

    private static long effective(String status) {
        for (String line : status.lines().toList()) {
            if (line.startsWith("CapEff:")) {
                return Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
            }
        }
        return 0;
    }

    /** The first user namespace maps all 2^32 - 1 ids to themselves. */
    private static boolean isOwn(String uidMap) {
        return !uidMap.isEmpty() && !uidMap.strip().endsWith(" 4294967295");
    }
}
