// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.util.Optional;

/**
 * Numbers of system calls that are made without a function of the C library; they differ from CPU to CPU.
 *
 * @param bpf bpf(2)
 * @param perfEventOpen perf_event_open(2)
 * @param mmap mmap(2), which the C library has, but see {@link LibcFunctions#syscall}
 */
public record SyscallNumbers(int bpf, int perfEventOpen, int mmap) {
    /** {@code arch/x86/entry/syscalls/syscall_64.tbl}. */
    private static final SyscallNumbers X86_64 = new SyscallNumbers(321, 298, 9);

    /** {@code include/uapi/asm-generic/unistd.h}, which aarch64 uses. */
    private static final SyscallNumbers AARCH64 = new SyscallNumbers(280, 241, 222);

    /** The numbers of the CPU that this program runs on; empty when they are not known. */
    public static Optional<SyscallNumbers> ofThisCpu() {
        return ofArchitecture(System.getProperty("os.arch", ""));
    }

    /**
     * The numbers of a CPU; empty when they are not known.
     *
     * @param architecture as the system property {@code os.arch} has it
     */
    public static Optional<SyscallNumbers> ofArchitecture(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64" -> Optional.of(AARCH64);
            default -> Optional.empty();
        };
    }
}
