// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvents;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** The kernel's counters of the last while, from look to look. Not thread-safe. */
public final class EventWindow {
    private static final double NANOS = 1e9;

    private final long windowNanos;
    private final Deque<Moment> moments = new ArrayDeque<>();

    private record Moment(long nanos, KernelEvents events, OptionalLong withoutPort) {}

    /** @param windowNanos how far back rates reach; further when looks are further apart */
    public EventWindow(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /**
     * Takes in what a look read, and gives what has happened since the first look of the window.
     *
     * @param withoutPort connects of the namespace without a free port since the probe began; empty where nobody tells
     */
    public EventRates add(long nanos, KernelEvents events, OptionalLong withoutPort) {
        moments.addLast(new Moment(nanos, events, withoutPort));
        while (moments.size() > 2 && nanos - moments.getFirst().nanos() > windowNanos) {
            moments.removeFirst();
        }
        Moment first = moments.getFirst();
        OptionalLong failed = withoutPort.isPresent()
                        && first.withoutPort().isPresent()
                        && withoutPort.getAsLong() >= first.withoutPort().getAsLong()
                ? OptionalLong.of(withoutPort.getAsLong() - first.withoutPort().getAsLong())
                : OptionalLong.empty();
        return new EventRates(first.events(), events, (nanos - first.nanos()) / NANOS, failed);
    }
}
