// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopSeriesTest {
    private static final long SAMPLE = 15_000_000_000L;

    private final TopSeries<String, Long> top = new TopSeries<>(Long::longValue, Long::sum, 0L);
    private long nanos;

    private Set<String> choose(int most, Map<String, Long> all) {
        nanos += SAMPLE;
        return top.choose(all, most, nanos).own().keySet();
    }

    @Test
    void givesSeriesToTheHeaviest() {
        TopSeries.Chosen<String, Long> chosen = top.choose(Map.of("a", 1L, "b", 5L, "c", 3L, "d", 2L), 2, SAMPLE);
        assertEquals(Map.of("b", 5L, "c", 3L), chosen.own());
        assertEquals(3, chosen.rest());
        assertEquals(2, chosen.folded());
        assertEquals(2, chosen.most());
    }

    @Test
    void keepsASeriesUntilItIsClearlyOutweighed() {
        assertEquals(Set.of("a"), choose(1, Map.of("a", 100L, "b", 90L)));
        assertEquals(Set.of("a"), choose(1, Map.of("a", 100L, "b", 110L)));
        assertEquals(Set.of("a"), choose(1, Map.of("a", 100L, "b", 125L)));
        assertEquals(Set.of("b"), choose(1, Map.of("a", 100L, "b", 126L)));
        assertEquals(Set.of("b"), choose(1, Map.of("a", 126L, "b", 110L)), "b was 126 lately");
    }

    @Test
    void doesNotFlapWhenTwoTakeTurns() {
        choose(1, Map.of("a", 100L, "b", 100L));
        Set<String> first = choose(1, Map.of("a", 100L, "b", 10L));
        for (int i = 0; i < 100; i++) {
            boolean even = i % 2 == 0;
            assertEquals(first, choose(1, Map.of("a", even ? 10L : 100L, "b", even ? 100L : 10L)), "sample " + i);
        }
    }

    @Test
    void forgetsWhatHasBeenAwayForLong() {
        choose(2, Map.of("a", 100L, "b", 50L));
        long away = TopSeries.FORGET_NANOS / SAMPLE;
        for (int i = 0; i < away; i++) {
            TopSeries.Chosen<String, Long> chosen = top.choose(Map.of("b", 50L), 2, nanos += SAMPLE);
            assertEquals(Map.of("a", 0L, "b", 50L), chosen.own(), "sample " + i);
        }
        assertEquals(Set.of("b"), choose(2, Map.of("b", 50L)));
    }

    @Test
    void givesRoomToOthersWhileOneIsAway() {
        choose(1, Map.of("a", 100L));
        // After two minutes it counts for 50, so that 60 are not clearly more, and after two and a half for 42.
        for (int i = 0; i < 8; i++) {
            assertEquals(Set.of("a"), choose(1, Map.of("b", 60L)), "sample " + i);
        }
        choose(1, Map.of("b", 60L));
        assertEquals(Set.of("b"), choose(1, Map.of("b", 60L)));
    }

    @Test
    void keepsNoMoreThanWereAskedForLast() {
        choose(3, Map.of("a", 3L, "b", 2L, "c", 1L));
        assertEquals(Set.of("a"), choose(1, Map.of("a", 3L, "b", 2L, "c", 1L)));
        TopSeries.Chosen<String, Long> none = top.choose(Map.of("a", 3L, "b", 2L), 0, nanos + SAMPLE);
        assertEquals(Map.of(), none.own());
        assertEquals(5, none.rest());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void addsUpExactlyAndKeepsTheBoundWhateverComes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int most = 1 + random.nextInt(8);
        int changes = 0;
        int heaviestChanges = 0;
        Set<String> before = Set.of();
        Set<String> heaviest = Set.of();
        for (int sample = 0; sample < 500; sample++) {
            Map<String, Long> all = new LinkedHashMap<>();
            long sum = 0;
            for (int key = 0; key < 30; key++) {
                // About as heavy from sample to sample, and not always there.
                long weighs = (30 - key) * 100L + random.nextInt(100);
                if (random.nextInt(10) > 0) {
                    all.put("k" + key, weighs);
                    sum += weighs;
                }
            }
            TopSeries.Chosen<String, Long> chosen = top.choose(all, most, nanos += SAMPLE);
            String when = "seed " + seed + ", sample " + sample;
            long own = 0;
            for (Map.Entry<String, Long> each : chosen.own().entrySet()) {
                assertEquals(all.getOrDefault(each.getKey(), 0L), each.getValue(), when);
                own += each.getValue();
            }
            assertEquals(sum, own + chosen.rest(), when);
            assertTrue(chosen.own().size() <= most, when);
            long withSeries =
                    chosen.own().keySet().stream().filter(all::containsKey).count();
            assertEquals(all.size() - withSeries, chosen.folded(), when);
            changes += before.equals(chosen.own().keySet()) ? 0 : 1;
            before = Set.copyOf(chosen.own().keySet());
            Set<String> now = heaviest(all, most);
            heaviestChanges += heaviest.equals(now) ? 0 : 1;
            heaviest = now;
        }
        assertTrue(
                changes * 10 < heaviestChanges,
                "seed " + seed + ": " + changes + " changes, of the " + most + " heaviest " + heaviestChanges);
    }

    private static Set<String> heaviest(Map<String, Long> all, int most) {
        return all.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(most)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
