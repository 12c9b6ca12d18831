// SPDX-License-Identifier: Apache-2.0
/**
 * BPF by plain system calls: programs assembled here, maps, and the probe that counts each transition in the kernel.
 *
 * <p>Source of truth: bpf(2), {@code include/uapi/linux/bpf.h}, the tracepoint {@code sock:inet_sock_set_state} with its
 * {@code format} file, and the kernel's own description of its types, {@code /sys/kernel/btf/vmlinux}. What must not be
 * added: an offset into a kernel structure that was not read from one of these; a compiler; files made by one.
 */
package io.tcpvigil.kernel.bpf;
