// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * Durations of one kind.
 *
 * @param exact those whose beginning and end were both seen, each to within one interval of sampling
 * @param lowerBound those that began before we looked, or ended in a pause: they were at least this long
 */
public record Durations(DurationHistogram exact, DurationHistogram lowerBound) {
    /** None at all. */
    public static final Durations NONE = new Tally().snapshot();

    public Durations plus(Durations other) {
        return new Durations(exact.plus(other.exact), lowerBound.plus(other.lowerBound));
    }

    /** Counts up; not thread-safe. */
    static final class Tally {
        private final DurationHistogram.Tally exact = new DurationHistogram.Tally();
        private final DurationHistogram.Tally lowerBound = new DurationHistogram.Tally();

        void add(long millis, boolean isExact) {
            (isExact ? exact : lowerBound).add(millis);
        }

        Durations snapshot() {
            return new Durations(exact.snapshot(), lowerBound.snapshot());
        }
    }
}
