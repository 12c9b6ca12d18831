// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import java.util.Arrays;

/** One bit for each record. Grows and shrinks with them, by copying one bit for each 352 of theirs. */
final class SlotBits {
    private static final int FEWEST_WORDS = 16;

    private long[] words = new long[FEWEST_WORDS];

    boolean get(int slot) {
        return (words[slot >> 6] & (1L << slot)) != 0;
    }

    void set(int slot) {
        words[slot >> 6] |= 1L << slot;
    }

    void clear(int slot) {
        words[slot >> 6] &= ~(1L << slot);
    }

    void put(int slot, boolean value) {
        if (value) {
            set(slot);
        } else {
            clear(slot);
        }
    }

    void clearAll() {
        Arrays.fill(words, 0);
    }

    /** Bits 64 n to 64 n + 63. */
    long word(int number) {
        return words[number];
    }

    /** Makes room for {@code slots} bits, and gives back what is far more than that. */
    void fit(int slots) {
        int needed = Math.max(FEWEST_WORDS, (slots + 63) >> 6);
        if (needed > words.length || needed < words.length / 4) {
            words = Arrays.copyOf(words, needed + (needed >> 2));
        }
    }

    long capacityBytes() {
        return 16 + 8L * words.length;
    }
}
