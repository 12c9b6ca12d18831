// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/** Functions of the kernel that a BPF program may call; the numbers are of {@code include/uapi/linux/bpf.h}. */
enum Helper {
    /** R0 = address of the value in map R1 for the key at R2; 0 when there is none. */
    MAP_LOOKUP(1),
    /** Puts the value at R3 into map R1 for the key at R2; R4 are flags. */
    MAP_UPDATE(2),
    /** Takes the key at R2 out of map R1. */
    MAP_DELETE(3),
    /** Copies R2 bytes of kernel memory from R3 to R1, zeros when that is no memory; for kernels before 5.5. */
    PROBE_READ(4),
    /** R0 = nanoseconds of CLOCK_MONOTONIC, which is the clock of {@link System#nanoTime}. */
    KTIME_GET_NS(5),
    /** R0 = process id (of the first namespace) in the high half, thread id in the low half. */
    CURRENT_PID_TGID(14),
    /** Copies the name of the current thread to R1, at most R2 bytes. */
    CURRENT_COMM(16),
    /** Copies R2 bytes of kernel memory from R3 to R1, zeros when that is no memory. Since 5.5. */
    PROBE_READ_KERNEL(113),
    /** R0 = room for R2 bytes in ring buffer R1; 0 when it is full. Since 5.8. */
    RINGBUF_RESERVE(131),
    /** Hands over the room at R1. */
    RINGBUF_SUBMIT(132);

    final int number;

    Helper(int number) {
        this.number = number;
    }
}
