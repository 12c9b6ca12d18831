// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.kernel.libc.Capabilities;
import io.tcpvigil.kernel.libc.KernelRelease;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * What the calling thread may do and what the kernel forbids everybody, read when the kernel has said no, to say why.
 *
 * @param release the kernel's version, such as {@code 6.1.0-13-amd64}
 * @param capabilities the rights of the thread; bpf(2) does not take those of a user namespace other than the first
 * @param lockdown {@code none}, {@code integrity} or {@code confidentiality}
 * @param unprivilegedBpfDisabled {@code kernel.unprivileged_bpf_disabled}; -1 when it cannot be read
 */
record Privileges(String release, Capabilities capabilities, String lockdown, int unprivilegedBpfDisabled) {
    static Privileges ofThread() {
        return new Privileges(
                System.getProperty("os.version", "?"),
                Capabilities.ofThread(),
                lockdown(read(Path.of("/sys/kernel/security/lockdown"))),
                number(read(Path.of("/proc/sys/kernel/unprivileged_bpf_disabled"))
                        .strip()));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException without) {
            return "";
        } catch (IOException hidden) {
            // The reason of a refusal is being looked for: what cannot be read is not it.
            return "";
        }
    }

    /** "none [integrity] confidentiality": the one in brackets holds. */
    private static String lockdown(String text) {
        int open = text.indexOf('[');
        int close = text.indexOf(']');
        return open < 0 || close < open ? "none" : text.substring(open + 1, close);
    }

    private static int number(String text) {
        return text.length() == 1 && Character.isDigit(text.charAt(0)) ? text.charAt(0) - '0' : -1;
    }

    /** Whether the rights that BPF was given of its own are there: since 5.8. */
    private boolean hasOwnCapabilities() {
        return KernelRelease.parse(release).isAtLeast(5, 8);
    }

    /** The rights that are missing. */
    Set<Missing> missing() {
        Set<Missing> missing = EnumSet.noneOf(Missing.class);
        if (capabilities.has(Capabilities.CAP_SYS_ADMIN)) {
            return missing;
        }
        if (!hasOwnCapabilities()) {
            missing.add(Missing.CAP_SYS_ADMIN);
            return missing;
        }
        if (!capabilities.has(Capabilities.CAP_BPF)) {
            missing.add(Missing.CAP_BPF);
        }
        if (!capabilities.has(Capabilities.CAP_PERFMON)) {
            missing.add(Missing.CAP_PERFMON);
        }
        return missing;
    }

    boolean isLockedDown() {
        return lockdown.equals("confidentiality");
    }
}
