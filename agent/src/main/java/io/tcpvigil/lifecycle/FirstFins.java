// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.Nullable;

/**
 * Bounds how many of the connections that ended by FINs, and left nothing that says whose was the first, can have been closed
 * by us first. All others were closed by the peer.
 *
 * <p>The last counters of a socket look the same whichever side closed first. But whoever did leaves FIN-WAIT-2 or CLOSING,
 * which a probe counts, and nearly always becomes a minisock, which dumps show. What is left over is the doubt:
 *
 * <pre>
 *   left FIN-WAIT-2 or CLOSING, as the probe counts
 *     - minisocks seen
 *     - ends with no minisock that are known for such     = may be among the doubtful ends
 * </pre>
 *
 * That covers a minisock which a RST, data or a SYN ended before a dump could show it, one that the kernel had no room for,
 * and a socket which was reset while its process still held it in FIN-WAIT-2. As many doubtful ends stay unknown, the first
 * that come, so that never more are given to the peer than were his; which of them are his is not known of each.
 *
 * <p>Two readings keep that safe. The one that all are compared with is from before its dump, any other from after its dump:
 * what happens while a dump is taken can only raise the doubt. It does so once, not with each dump.
 */
final class FirstFins {
    private boolean begun;
    private long origin;
    private long ours;
    private long leftUnknown;
    private long doubts = Long.MAX_VALUE;

    /** Whether there is something to compare with; if not, the next sample shall bring what was probed before it. */
    boolean isBegun() {
        return begun;
    }

    /**
     * Takes in what was counted until now; between the rows of a dump and the search for what it does not show.
     *
     * @param mayBegin whether from this dump on each new minisock will be known for new
     * @param minisocks seen since the tracker began
     */
    void look(Sample sample, boolean afterPause, boolean mayBegin, long minisocks) {
        ProbedTransitions probed = sample.probed();
        doubts = Long.MAX_VALUE;
        if (probed == null || afterPause) {
            begun = false;
        } else if (begun) {
            doubts = balance(probed, minisocks) - origin - leftUnknown;
        } else if (mayBegin) {
            begin(sample.probedBefore(), minisocks);
        }
    }

    private void begin(@Nullable ProbedTransitions before, long minisocks) {
        if (before != null) {
            begun = true;
            origin = balance(before, minisocks);
            leftUnknown = 0;
        }
    }

    private long balance(ProbedTransitions probed, long minisocks) {
        return probed.leftForMinisock() - minisocks - ours;
    }

    /** A connection that we closed first has ended, and surely no dump showed a minisock of it. */
    void oursWithoutMinisock() {
        ours++;
    }

    /** Whether the doubtful end at hand may be laid to the peer; to be asked once for each. */
    boolean isPeers() {
        if (doubts <= 0) {
            return true;
        }
        doubts--;
        leftUnknown++;
        return false;
    }
}
