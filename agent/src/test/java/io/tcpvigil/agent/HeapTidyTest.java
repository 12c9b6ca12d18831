// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HeapTidyTest {
    private static final long MEBIBYTE = 1 << 20;

    private long used = 20 * MEBIBYTE;
    private long live = 16 * MEBIBYTE;
    private int collections;

    private final HeapTidy tidy = new HeapTidy(() -> used, () -> {
        used = live;
        collections++;
    });

    @Test
    void collectsWhatTheStartHasLeft() {
        tidy.look();

        assertEquals(1, collections);
    }

    @Test
    void collectsOnceAQuarterAndThreeMebibytesAreGarbage() {
        tidy.look();
        used = 23 * MEBIBYTE;
        tidy.look();
        assertEquals(1, collections, "16 live, and 7 of garbage are not too much");

        used++;
        tidy.look();
        assertEquals(2, collections);
    }

    @Test
    void takesWhatStaysForLive() {
        tidy.look();
        live = 60 * MEBIBYTE;
        used = live;
        tidy.look();
        assertEquals(2, collections, "it cannot know before that nothing of it is garbage");

        tidy.look();
        used = 78 * MEBIBYTE;
        tidy.look();
        assertEquals(2, collections);
    }
}
