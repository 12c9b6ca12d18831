// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;

/**
 * The kernel's counters of a namespace, as read at the time of a dump: {@code /proc/net/snmp}, lines {@code Tcp:}, and
 * {@code /proc/net/netstat}, lines {@code TcpExt:}. Each is {@link #UNKNOWN} when it could not be read.
 *
 * @param passiveOpens children made of request sockets or SYN cookies
 * @param activeOpens SYNs that connect() sent, counted once for each connection
 * @param attemptFails connections refused or timed out, request sockets killed by RST or SYN. Not a close() while the SYN is
 *     out, not a request socket whose timer ran out
 * @param estabResets ESTABLISHED or CLOSE-WAIT to CLOSED. Not a RST in a later state
 * @param timeWaits {@code TW}: minisocks made to live for more than 4 s. Besides TIME-WAIT these are orphans in FIN-WAIT-2,
 *     and one that goes from there to TIME-WAIT counts once
 * @param timeWaitsShort {@code TWKilled}: minisocks made to live for up to 4 s
 */
public record KernelTotals(
        long passiveOpens, long activeOpens, long attemptFails, long estabResets, long timeWaits, long timeWaitsShort) {
    /** A counter that could not be read. */
    public static final long UNKNOWN = -1;

    /** The counters of these events. */
    public static KernelTotals of(KernelEvents events) {
        return new KernelTotals(
                events.get(KernelEvent.PASSIVE_OPENS).orElse(UNKNOWN),
                events.get(KernelEvent.ACTIVE_OPENS).orElse(UNKNOWN),
                events.get(KernelEvent.ATTEMPT_FAILS).orElse(UNKNOWN),
                events.get(KernelEvent.ESTAB_RESETS).orElse(UNKNOWN),
                events.get(KernelEvent.TW).orElse(UNKNOWN),
                events.get(KernelEvent.TW_KILLED).orElse(UNKNOWN));
    }

    /** What the kernel counts of {@code event}, or {@link #UNKNOWN}. */
    long of(CoverageEvent event) {
        return switch (event) {
            case OPENED_INBOUND -> passiveOpens;
            case OPENED_OUTBOUND -> activeOpens;
            case FAILED -> attemptFails;
            case RESET -> estabResets;
            case TIME_WAIT -> timeWaits < 0 || timeWaitsShort < 0 ? UNKNOWN : timeWaits + timeWaitsShort;
        };
    }
}
