// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/** What a {@link TransitionProbe} can lack. */
public enum Missing {
    /** The right to use BPF. Since 5.8; before, CAP_SYS_ADMIN is that right. */
    CAP_BPF,
    /** The right to read kernel memory from a program. Since 5.8. */
    CAP_PERFMON,
    /** The right that holds all others. */
    CAP_SYS_ADMIN,
    /** The kernel is locked down against reading its memory (kernel_lockdown(7)). */
    LOCKDOWN,
    /** The kernel was built without bpf(2), or a sandbox hides it. */
    BPF_SYSCALL,
    /** Neither the kernel's types nor the tracepoint's format can be read. */
    TRACEFS,
    /** The number of bpf(2) on this CPU is not known. */
    ARCHITECTURE,
    /** The kernel says no for another reason, which the message tells. */
    OTHER
}
