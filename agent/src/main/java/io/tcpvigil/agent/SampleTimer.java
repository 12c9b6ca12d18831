// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.report.SampleTimes;
import io.tcpvigil.report.SampleTimes.Phase;
import io.tcpvigil.report.Tier;
import java.util.function.LongSupplier;

/** Times the phases of samples, each of which begins where the one before it ended. */
final class SampleTimer {
    private final LongSupplier nanoClock;
    private final SampleTimes.Tally tally = new SampleTimes.Tally();
    private Tier tier = Tier.FULL;
    private long begun;

    SampleTimer(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** The first phase begins. */
    long start(Tier sampled) {
        tier = sampled;
        begun = nanoClock.getAsLong();
        return begun;
    }

    /** The phase at hand is over; how many nanoseconds it took. */
    long ended(Phase phase) {
        long now = nanoClock.getAsLong();
        long took = now - begun;
        tally.add(tier, phase, took);
        begun = now;
        return took;
    }

    SampleTimes times() {
        return tally.times();
    }
}
