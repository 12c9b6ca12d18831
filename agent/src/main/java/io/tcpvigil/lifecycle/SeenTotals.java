// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * What the tracker saw of the events that the kernel counts, in the kernel's way of counting; since the tracker began.
 *
 * <p>How a connection ended can be told less often than that it ended. Those of which it cannot are counted as what they may
 * be, and {@link CoverageLedger} takes of them as many for a kind as the kernel counted of it.
 *
 * @param openedInbound connections that peers opened and that came up: a request socket alone is none yet
 * @param openedOutbound attempts of ours to open one; crossed SYNs are one
 * @param failed attempts that were surely refused
 * @param maybeFailed attempts that ended before they came up: timed out, refused, or given up by their process after the SYN
 *     was sent again, which the kernel does not count
 * @param maybeReset connections last seen in ESTABLISHED or CLOSE-WAIT that ended: cut off in there, or in a later state,
 *     which the kernel does not count, or by FINs that no dump showed
 * @param failedOrReset sockets of ours that were disconnected: a blocking connect() failed, or the process aborted a
 *     connection, which leave the same trace
 * @param minisocks full sockets replaced by a minisock: entries into TIME-WAIT, and orphans in FIN-WAIT-2
 */
public record SeenTotals(
        long openedInbound,
        long openedOutbound,
        long failed,
        long maybeFailed,
        long maybeReset,
        long failedOrReset,
        long minisocks) {
    /** Nothing seen. */
    public static final SeenTotals NONE = new SeenTotals(0, 0, 0, 0, 0, 0, 0);

    SeenTotals plus(SeenTotals other) {
        return new SeenTotals(
                openedInbound + other.openedInbound,
                openedOutbound + other.openedOutbound,
                failed + other.failed,
                maybeFailed + other.maybeFailed,
                maybeReset + other.maybeReset,
                failedOrReset + other.failedOrReset,
                minisocks + other.minisocks);
    }

    SeenTotals minus(SeenTotals other) {
        return new SeenTotals(
                openedInbound - other.openedInbound,
                openedOutbound - other.openedOutbound,
                failed - other.failed,
                maybeFailed - other.maybeFailed,
                maybeReset - other.maybeReset,
                failedOrReset - other.failedOrReset,
                minisocks - other.minisocks);
    }
}
