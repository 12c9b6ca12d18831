// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

/** Looks for one thing that can be wrong. Remembers at most what grows; when it is a finding is decided elsewhere. */
public abstract sealed class Detector
        permits AcceptQueueFull,
                CloseWaitLeak,
                ClosingStuck,
                ConnectFailures,
                DescriptorExhaustion,
                EphemeralExhaustion,
                FinWait1Stuck,
                FinWait2Pile,
                HiddenClosed,
                LastAckStuck,
                ListenDrops,
                MemoryPressure,
                OrphanPressure,
                PortConflictPools,
                ResetStorm,
                SamplingBlind,
                ShortLivedChurn,
                SynCookiesActive,
                SynReceivedPile,
                SynSentPile,
                TimeWaitOverflow,
                TimeWaitPile {
    private final FindingId id;

    Detector(FindingId id) {
        this.id = id;
    }

    public final FindingId id() {
        return id;
    }

    /** From which number on it is a finding. */
    final double threshold(Observation now) {
        return now.thresholds().of(id);
    }

    /** Reads; says at most one thing about each scope. */
    abstract void look(Observation now, Rows rows, Readings out);

    /**
     * Whether what it reads is over when it is read, so that there is no sense in waiting whether it lasts: counters of the
     * kernel over a window.
     */
    boolean isHistory() {
        return false;
    }
}
