// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionStoreTest {
    private static final int FLAGS = Flags.of(TcpState.ESTABLISHED, SocketKind.FULL, Direction.UNKNOWN);

    private static void key(ConnectionStore store, long number) {
        store.key(7, number >>> 16, 443, 9, 1, (int) number & 0xFFFF);
    }

    private static int find(ConnectionStore store, long number) {
        key(store, number);
        return store.locate(number + 1, 0, TcpState.ESTABLISHED, SocketKind.FULL);
    }

    private static int add(ConnectionStore store, long number) {
        key(store, number);
        int slot = store.add(number + 1, FLAGS);
        store.records.born(slot, number * 1_000_003);
        return slot;
    }

    @ParameterizedTest
    @CsvSource({"false, 1", "true, 2", "false, 3", "true, 4"})
    void agreesWithAMapWhateverComesAndGoes(boolean ipv6, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ConnectionStore store = new ConnectionStore(ipv6, seed);
        Map<Long, Boolean> expected = new HashMap<>();
        // Grows to some 20,000, shrinks to few, and again.
        for (int i = 0; i < 200_000; i++) {
            boolean growing = i / 40_000 % 2 == 0;
            long number = random.nextInt(growing ? 1 << 20 : 1 << 15);
            boolean there = expected.containsKey(number);
            int slot = find(store, number);
            assertEquals(there, slot != ConnectionStore.NONE, "seed " + seed + ", step " + i);
            if (there && random.nextInt(growing ? 8 : 1) == 0) {
                store.remove(slot);
                expected.remove(number);
            } else if (!there && growing && random.nextInt(2) == 0) {
                boolean marked = random.nextBoolean();
                int added = add(store, number);
                store.seen.put(added, marked);
                expected.put(number, marked);
            }
            if (!growing && i % 3 == 0 && store.size() > 0) {
                removeAny(store, random.nextInt(store.size()), expected);
            }
        }
        assertEquals(expected.size(), store.size());
        expected.forEach((number, marked) -> {
            int slot = find(store, number);
            assertNotEquals(ConnectionStore.NONE, slot);
            assertEquals(number * 1_000_003 & RecordStore.TICK_MASK, store.records.born(slot));
            assertEquals(marked, store.seen.get(slot));
        });
    }

    private static void removeAny(ConnectionStore store, int slot, Map<Long, Boolean> expected) {
        expected.remove(store.records.cookie(slot) - 1);
        store.remove(slot);
    }

    @Test
    void keepsTimesOf40BitsAndTheFlagsBesideThem() {
        ConnectionStore store = new ConnectionStore(false, 1);
        int slot = add(store, 1);
        store.records.born(slot, RecordStore.TICK_MASK);
        store.records.since(slot, 0x12_3456_789AL);

        assertEquals(RecordStore.TICK_MASK, store.records.born(slot));
        assertEquals(0x12_3456_789AL, store.records.since(slot));
        assertEquals(FLAGS, store.records.get(slot, RecordStore.FLAGS) & 0xFFFF);
        store.records.born(slot, 0);
        assertEquals(0x12_3456_789AL, store.records.since(slot));
    }

    @Test
    void findsTheNewestOfThoseWithOneKeyFirst() {
        ConnectionStore store = new ConnectionStore(true, 1);
        List<Integer> added = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            key(store, 5);
            added.add(store.add(100 + i, FLAGS));
        }
        // Splits and merges of their bucket change nothing of it.
        for (int i = 100; i < 9_000; i++) {
            add(store, i);
        }
        while (store.size() > 3) {
            store.remove(store.size() - 1);
        }
        key(store, 5);
        assertEquals(added.get(2), store.first());
        assertEquals(added.get(1), store.following(store.first()));
        assertEquals(added.get(0), store.following(added.get(1)));
        assertEquals(ConnectionStore.NONE, store.following(added.get(0)));
        assertTrue(Flags.has(store.records.get(added.get(0), RecordStore.FLAGS), Flags.SUPERSEDED));
    }

    /** The bound holds at every size, and no single step allocates, hence copies, more than a fraction of the table. */
    @ParameterizedTest
    @CsvSource({"false, 1000000, 64", "true, 200000, 96"})
    void growsAndShrinksWithinItsBoundsInSmallSteps(boolean ipv6, int most, int bytesEach) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ConnectionStore store = new ConnectionStore(ipv6, 1);
        long largestStep = 0;
        for (int i = 0; i < most; i++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            add(store, i);
            largestStep = Math.max(largestStep, threads.getCurrentThreadAllocatedBytes() - before);
            assertWithin(store, bytesEach);
        }
        assertTrue(largestStep > 0, "allocation was not measured");
        assertTrue(largestStep < 400_000, "one step allocated " + largestStep);
        long full = store.capacityBytes();
        SplittableRandom random = new SplittableRandom(1);
        long largest = 0;
        while (store.size() > 1000) {
            long before = threads.getCurrentThreadAllocatedBytes();
            store.remove(random.nextInt(store.size()));
            largest = Math.max(largest, threads.getCurrentThreadAllocatedBytes() - before);
            assertWithin(store, bytesEach);
        }
        store.startDump();
        assertTrue(largest < 400_000, "one step allocated " + largest);
        assertTrue(store.capacityBytes() < 250_000, "kept " + store.capacityBytes() + " of " + full);
    }

    private static void assertWithin(ConnectionStore store, int bytesEach) {
        if (store.size() >= 10_000 && store.capacityBytes() > (long) bytesEach * store.size()) {
            throw new AssertionError(store.capacityBytes() + " bytes for " + store.size());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void guessesTheNextRowFromTheDumpBefore(long seed) {
        ConnectionStore store = new ConnectionStore(false, seed);
        for (int dump = 0; dump < 3; dump++) {
            store.startDump();
            for (int i = 0; i < 1000; i++) {
                long number = i * 7919L % 1000;
                if (find(store, number) == ConnectionStore.NONE) {
                    store.follow(add(store, number));
                }
            }
        }
        for (int i = 0; i < 999; i++) {
            int slot = find(store, i * 7919L % 1000);
            int next = find(store, (i + 1) * 7919L % 1000);
            assertEquals(next, store.records.get(slot, RecordStore.SUCCESSOR));
        }
    }
}
