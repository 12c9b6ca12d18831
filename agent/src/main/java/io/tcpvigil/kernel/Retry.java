// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import java.util.function.LongSupplier;

/** When to try again what failed: after 1 s, then twice as long each time, up to 1 min. No fallback is for life. */
final class Retry {
    private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 60_000_000_000L;

    private final LongSupplier nanoClock;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long retryAtNanos;

    Retry(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    void failed() {
        retryAtNanos = nanoClock.getAsLong() + pauseNanos;
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    }

    void worked() {
        pauseNanos = FIRST_PAUSE_NANOS;
    }

    /** Whether the pause after the last failure is over. */
    boolean isDue() {
        return nanoClock.getAsLong() - retryAtNanos >= 0;
    }
}
