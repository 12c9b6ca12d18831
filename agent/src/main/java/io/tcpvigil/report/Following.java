// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.lifecycle.TransitionCounts;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.SocketUsage;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What is known from looking again and again, of all connections, whatever filter the sockets beside it went through.
 *
 * @param lifecycle what became of connections since the first look
 * @param transitions all transitions, each once under the best evidence that any source has for it
 * @param pace how often it looks
 * @param coverage what was seen of what the kernel counted, by kind of event, since the first look. Of events that could not
 *     be compared both numbers are 0
 * @param recentCoverage the same between the last two full samples; events that could not be compared are missing
 * @param destroyEvents the second source
 * @param probe the third source, which is exact
 * @param kernelEvents what the kernel has counted since the network namespace was made
 * @param usage how many sockets the kernel counts, beside those that the dump shows
 */
public record Following(
        LifecycleReport lifecycle,
        TransitionCounts transitions,
        Pace pace,
        Map<CoverageEvent, EventCoverage> coverage,
        Map<CoverageEvent, EventCoverage> recentCoverage,
        EventStream destroyEvents,
        ProbeReport probe,
        KernelEvents kernelEvents,
        SocketUsage usage) {

    /**
     * How often it looks.
     *
     * @param tier of the sample at hand
     * @param fullTakenNanos when the last full sample was begun, on the clock of {@link Report#takenNanos}
     * @param fastNanos from one sample to the next
     * @param fullNanos from one full sample to the next
     * @param stretch by how much both are longer than they were asked for, to keep to the budget of processor time; 1 when
     *     they are not
     */
    public record Pace(Tier tier, long fullTakenNanos, long fastNanos, long fullNanos, int stretch) {}

    /**
     * The state of a source that tells of events.
     *
     * @param problem why it is not heard, or not well; null when all is well
     * @param received events since the first look
     * @param lost events that the kernel dropped because they were not taken in time; exact
     */
    public record EventStream(@Nullable String problem, long received, long lost) {}

    public Following {
        coverage = copy(coverage);
        recentCoverage = copy(recentCoverage);
    }

    private static Map<CoverageEvent, EventCoverage> copy(Map<CoverageEvent, EventCoverage> map) {
        EnumMap<CoverageEvent, EventCoverage> copy = new EnumMap<>(CoverageEvent.class);
        copy.putAll(map);
        return Collections.unmodifiableMap(copy);
    }
}
