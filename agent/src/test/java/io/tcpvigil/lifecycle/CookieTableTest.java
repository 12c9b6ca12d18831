// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CookieTableTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void agreesWithAMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        CookieTable table = new CookieTable(1 << 20);
        Map<Long, Long> expected = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            long cookie = 1L + random.nextInt(2000);
            switch (random.nextInt(4)) {
                case 0 -> {
                    Long taken = expected.remove(cookie);
                    assertEquals(taken == null ? CookieTable.ABSENT : taken, table.take(cookie), "seed " + seed);
                }
                case 1 -> assertEquals(expected.containsKey(cookie), table.contains(cookie), "seed " + seed);
                default -> {
                    assertTrue(table.put(cookie, i));
                    expected.put(cookie, (long) i);
                }
            }
            if (i % 10_000 == 9_999) {
                long least = i - 3_000L;
                table.sift(value -> value >= least);
                expected.values().removeIf(value -> value < least);
            }
            assertEquals(expected.size(), table.size(), "seed " + seed);
        }
        expected.forEach((cookie, value) -> assertEquals(value, table.take(cookie)));
    }

    @Test
    void takesNoMoreThanItsBound() {
        CookieTable table = new CookieTable(100);
        for (int i = 1; i <= 100; i++) {
            assertTrue(table.put(i, i));
        }
        assertFalse(table.put(101, 101));
        assertFalse(table.contains(101));
        assertTrue(table.put(50, 7));
        assertEquals(7, table.take(50));
        assertTrue(table.put(101, 101));
    }

    @Test
    void knowsNoCookieThatIsNone() {
        CookieTable table = new CookieTable(100);
        table.put(1, 1);
        assertFalse(table.contains(0));
        assertEquals(CookieTable.ABSENT, table.take(0));
    }

    @Test
    void isEmptyOnceCleared() {
        CookieTable table = new CookieTable(1 << 16);
        for (int i = 1; i <= 5000; i++) {
            table.put(i, i);
        }
        table.clear();
        assertEquals(0, table.size());
        assertFalse(table.contains(1));
        table.put(1, 1);
        table.clear();
        assertTrue(table.capacityBytes() < 2000, "most of the room is given back when it is not used");
    }
}
