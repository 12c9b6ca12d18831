// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/** A tracker with its clock: each look is one interval of a second after the last, unless time was told to pass. */
final class Watch {
    static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;

    final ConnectionTracker tracker = new ConnectionTracker(7);
    private long nanos = 5 * SECOND;
    private boolean passed = true;

    /** A tracker that has seen two empty dumps but for a listener on port 443, so that all else is new. */
    static Watch started() {
        Watch watch = new Watch();
        watch.full(listening());
        watch.full(listening());
        return watch;
    }

    /** A dump with the listeners that the tests expect. */
    static Dump listening() {
        return new Dump().listener(false, 443).listener(true, 443);
    }

    Watch full(Dump dump) {
        return full(dump.complete());
    }

    Watch full(SocketTable table) {
        tracker.update(table, Sample.full(tick(), SECOND));
        return this;
    }

    Watch fast(Dump dump) {
        tracker.update(dump.complete(), Sample.fast(tick(), SECOND));
        return this;
    }

    /** A full dump at a time when the kernel surely made no minisock, nor skipped one. */
    Watch fullWithoutNewMinisocks(Dump dump) {
        tracker.update(dump.complete(), Sample.full(tick(), SECOND).withoutNewMinisocks());
        return this;
    }

    /** A full dump, before and after which a probe had counted so much. */
    Watch full(Dump dump, ProbedTransitions before, @Nullable ProbedTransitions after) {
        tracker.update(dump.complete(), Sample.full(tick(), SECOND).withProbed(before, after));
        return this;
    }

    /** Lets time pass before the next look, instead of one interval. */
    Watch passMillis(long millis) {
        nanos += millis * MILLI;
        passed = true;
        return this;
    }

    private long tick() {
        if (!passed) {
            nanos += SECOND;
        }
        passed = false;
        return nanos;
    }

    long nanos() {
        return nanos;
    }

    /** Takes in a destroy message, so long after the last dump. */
    Watch destroyed(DestroyedSocket socket, long millis) {
        tracker.destroyed(socket, nanos + millis * MILLI);
        return this;
    }

    LifecycleReport report() {
        return tracker.report();
    }

    /** The steps counted, one in a line. */
    String steps() {
        return report().transitions().toString();
    }

    long live(TcpState state) {
        return report().live(state);
    }
}
