// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What the kernel counted during the last while.
 *
 * @param seconds how long the while was; 0 after a single look, when nothing is known of rates
 * @param connectsWithoutPort connects that found no free port, which only the probe tells; empty without it
 */
public record EventRates(KernelEvents before, KernelEvents now, double seconds, OptionalLong connectsWithoutPort) {
    /** Nothing is known. */
    public static final EventRates NONE = new EventRates(KernelEvents.NONE, KernelEvents.NONE, 0, OptionalLong.empty());

    /** How often it happened; empty when that is not known. */
    public OptionalLong count(KernelEvent event) {
        return seconds > 0 ? now.since(before, event) : OptionalLong.empty();
    }

    /** How often it happened in a second; empty when that is not known. */
    public OptionalDouble perSecond(KernelEvent event) {
        OptionalLong count = count(event);
        return count.isPresent() ? OptionalDouble.of(count.getAsLong() / seconds) : OptionalDouble.empty();
    }

    /** How often it happened, as far as that is known: for what only adds to a picture. */
    long atLeast(KernelEvent event) {
        return count(event).orElse(0);
    }

    /** As evidence; negative when it is not known. */
    Measure measure(KernelEvent event) {
        return new Measure(
                event.label(),
                count(event).orElse(-1),
                (event.isExtended() ? "/proc/net/netstat " : "/proc/net/snmp ") + event.kernelName());
    }

    /** As evidence, in which while it was counted; negative after a single look. */
    Measure window() {
        return new Measure("window_seconds", seconds > 0 ? Math.round(seconds * 10) / 10.0 : -1, Measure.LOOKS);
    }
}
