// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

/**
 * A map of the kernel; gone when this descriptor and all programs that use it are.
 *
 * @param keyBytes size of a key; 0 of a ring buffer
 * @param valueBytes size of a value
 * @param capacity how many entries it can have; of a ring buffer its bytes
 */
record BpfMap(Kind kind, int fd, int keyBytes, int valueBytes, int capacity) {
    /** The numbers of {@code enum bpf_map_type}. */
    enum Kind {
        HASH(1),
        ARRAY(2),
        PER_CPU_ARRAY(6),
        /** Forgets what was not used for long when it is full. */
        LRU_HASH(9),
        RING_BUFFER(27);

        final int number;

        Kind(int number) {
            this.number = number;
        }
    }
}
