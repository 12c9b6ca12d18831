// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

/**
 * What the tracker saw of the small objects that stand in for a connection before its full socket is made and after that is
 * gone: no probe of full sockets sees them. Since the tracker began.
 *
 * @param transitions steps that a request socket took which never became a full one, and steps of minisocks; all of them are
 *     among the tracker's other steps, too
 * @param orphans full sockets in FIN-WAIT-2 that were replaced by a minisock in FIN-WAIT-2, which is no step
 */
public record StandIns(TransitionCounts transitions, long orphans) {
    /** Nothing seen. */
    public static final StandIns NONE = new StandIns(TransitionCounts.NONE, 0);
}
