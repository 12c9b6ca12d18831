// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * What the tracker saw of the events that the kernel counts, in the kernel's way of counting; since the tracker began.
 *
 * @param openedInbound connections that peers opened and that came up: a request socket alone is none yet
 * @param openedOutbound attempts of ours to open one; crossed SYNs are one
 * @param failed attempts that ended before they came up, without request sockets whose timer ran out
 * @param reset connections known to have been cut off in ESTABLISHED or CLOSE-WAIT
 * @param minisocks full sockets replaced by a minisock: entries into TIME-WAIT, and orphans in FIN-WAIT-2
 */
public record SeenTotals(long openedInbound, long openedOutbound, long failed, long reset, long minisocks) {
    /** Nothing seen. */
    public static final SeenTotals NONE = new SeenTotals(0, 0, 0, 0, 0);
}
