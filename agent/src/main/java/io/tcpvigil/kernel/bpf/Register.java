// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/**
 * The registers of a BPF program. A call takes its arguments from R1 to R5, leaves its result in R0 and destroys R1 to R5;
 * R6 to R9 survive it.
 */
enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    /** The end of the 512 bytes of stack, which is written below it. Read only. */
    FRAME
}
