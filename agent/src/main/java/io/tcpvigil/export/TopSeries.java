// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.ToLongFunction;

/**
 * Chooses which of many things have a series of their own, sample by sample: the heaviest, but so that series do not come and go
 * with every small change. One that has a series keeps it while there is room, until another outweighs it clearly, or it has been
 * away for {@link #FORGET_NANOS}. While it is away, or lighter than it was, what it weighed lately counts, halved every
 * {@link #HALF_LIFE_NANOS}.
 *
 * <p>The rest is added up exactly: what has a series and the rest are together what was given. Not thread-safe.
 *
 * @param <K> tells the things apart
 * @param <V> what is counted of a thing
 */
final class TopSeries<K, V> {
    static final long HALF_LIFE_NANOS = 120_000_000_000L;
    static final long FORGET_NANOS = 300_000_000_000L;
    /** How much heavier another must be. */
    static final double CLEARLY = 1.25;

    private final ToLongFunction<V> weight;
    private final BinaryOperator<V> plus;
    private final V nothing;
    private final Map<K, Held> held = new LinkedHashMap<>();
    private long lastNanos;

    /** One that has a series. */
    private static final class Held {
        double score;
        long seenNanos;

        Held(double score, long seenNanos) {
            this.score = score;
            this.seenNanos = seenNanos;
        }
    }

    /**
     * What was chosen.
     *
     * @param own those with a series; one that is away has nothing
     * @param rest all others together
     * @param folded how many others there are
     * @param most how many could have a series
     */
    record Chosen<K, V>(Map<K, V> own, V rest, int folded, int most) {}

    /**
     * @param weight the heavier, the sooner it gets a series
     * @param plus adds up; must not change its arguments
     * @param nothing what plus leaves as it is
     */
    TopSeries(ToLongFunction<V> weight, BinaryOperator<V> plus, V nothing) {
        this.weight = weight;
        this.plus = plus;
        this.nothing = nothing;
    }

    /**
     * Chooses among {@code all}.
     *
     * @param most how many may have a series
     * @param nanos monotonic time of the sample
     */
    Chosen<K, V> choose(Map<K, V> all, int most, long nanos) {
        keepTheOld(all, nanos);
        lastNanos = nanos;
        PriorityQueue<Map.Entry<K, V>> heaviest = heaviestOthers(all, most);
        List<Map.Entry<K, V>> challengers = new ArrayList<>(heaviest);
        challengers.sort(
                Map.Entry.comparingByValue(Comparator.comparingLong(weight).reversed()));
        for (Map.Entry<K, V> challenger : challengers) {
            long weighs = weight.applyAsLong(challenger.getValue());
            if (held.size() >= most && !giveWay(weighs)) {
                break;
            }
            held.put(challenger.getKey(), new Held((double) weighs, nanos));
        }
        while (held.size() > most) {
            held.remove(lightest());
        }
        return chosen(all, most);
    }

    private void keepTheOld(Map<K, V> all, long nanos) {
        double decay = Math.pow(0.5, (double) (nanos - lastNanos) / HALF_LIFE_NANOS);
        held.entrySet().removeIf(each -> {
            V now = all.get(each.getKey());
            Held old = each.getValue();
            if (now != null) {
                old.seenNanos = nanos;
            }
            double weighs = now == null ? 0 : (double) weight.applyAsLong(now);
            old.score = Math.max(weighs, old.score * decay);
            return nanos - old.seenNanos > FORGET_NANOS;
        });
    }

    /** At most so many of those without a series, heaviest; none that weighs nothing while that is all it does. */
    private PriorityQueue<Map.Entry<K, V>> heaviestOthers(Map<K, V> all, int most) {
        PriorityQueue<Map.Entry<K, V>> heaviest =
                new PriorityQueue<>(Map.Entry.comparingByValue(Comparator.comparingLong(weight)));
        for (Map.Entry<K, V> each : all.entrySet()) {
            if (held.containsKey(each.getKey())) {
                continue;
            }
            if (heaviest.size() < most) {
                heaviest.add(each);
            } else if (most > 0
                    && weight.applyAsLong(each.getValue())
                            > weight.applyAsLong(heaviest.element().getValue())) {
                heaviest.remove();
                heaviest.add(each);
            }
        }
        return heaviest;
    }

    /** Takes its series from the lightest, if that is clearly lighter than {@code challenger}. */
    private boolean giveWay(long challenger) {
        if (held.isEmpty()) {
            return false;
        }
        K lightest = lightest();
        Held loser = held.get(lightest);
        if (loser == null || challenger <= loser.score * CLEARLY) {
            return false;
        }
        held.remove(lightest);
        return true;
    }

    private K lightest() {
        return held.entrySet().stream()
                .min(Comparator.comparingDouble(each -> each.getValue().score))
                .orElseThrow()
                .getKey();
    }

    private Chosen<K, V> chosen(Map<K, V> all, int most) {
        Map<K, V> own = new LinkedHashMap<>();
        Set<K> keys = new LinkedHashSet<>(held.keySet());
        for (K key : keys) {
            own.put(key, all.getOrDefault(key, nothing));
        }
        V rest = nothing;
        int folded = 0;
        for (Map.Entry<K, V> each : all.entrySet()) {
            if (!keys.contains(each.getKey())) {
                rest = plus.apply(rest, each.getValue());
                folded++;
            }
        }
        return new Chosen<>(own, rest, folded, most);
    }
}
