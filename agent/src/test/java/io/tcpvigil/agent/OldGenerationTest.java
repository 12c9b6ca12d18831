// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class OldGenerationTest {
    private static final long MIB = 1 << 20;

    private long used;
    private long alive;
    private int collections;
    private final OldGeneration old = new OldGeneration(() -> used, () -> {
        collections++;
        used = alive;
    });

    private void look(long usedMib, int collectionsSoFar) {
        used = usedMib * MIB;
        old.collectIfGrown();
        assertEquals(collectionsSoFar, collections, "at " + usedMib + " MiB");
    }

    @Test
    void isCollectedWhenItHasGrownByHalfAndNotByLittle() {
        alive = 6 * MIB;
        look(7, 0);
        look(8, 1);
        look(13, 1);
        look(14, 2);
        alive = 100 * MIB;
        look(100, 3);
        look(149, 3);
        look(150, 4);
    }

    @Test
    void growsFromWhatOthersHaveLeftOfIt() {
        alive = 100 * MIB;
        look(120, 1);
        look(10, 1);
        alive = 10 * MIB;
        look(18, 2);
    }
}
