// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.TcpState;
import java.util.Arrays;

/**
 * How often which step was made, and how well that is known. Each step is under one evidence only, so that the sum over
 * evidence is the number of steps. Immutable.
 */
public final class TransitionCounts {
    private static final int STATES = TcpState.values().length;
    private static final Evidence[] EVIDENCE = Evidence.values();

    /** No step at all. */
    public static final TransitionCounts NONE = new TransitionCounts(new long[STATES * STATES * EVIDENCE.length]);

    private final long[] counts;

    private TransitionCounts(long[] counts) {
        this.counts = counts;
    }

    public long of(TcpState from, TcpState to, Evidence evidence) {
        return counts[index(from.ordinal(), to.ordinal(), evidence)];
    }

    /** All such steps, however well known. */
    public long of(TcpState from, TcpState to) {
        long sum = 0;
        for (Evidence each : EVIDENCE) {
            sum += of(from, to, each);
        }
        return sum;
    }

    /** All steps known this well. */
    public long of(Evidence evidence) {
        long sum = 0;
        for (int i = evidence.ordinal(); i < counts.length; i += EVIDENCE.length) {
            sum += counts[i];
        }
        return sum;
    }

    private static int index(int from, int to, Evidence evidence) {
        return (from * STATES + to) * EVIDENCE.length + evidence.ordinal();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TransitionCounts that && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(counts);
    }

    /** The steps that were made, one in a line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                for (Evidence evidence : EVIDENCE) {
                    if (of(from, to, evidence) > 0) {
                        text.append(from.label()).append(" -> ").append(to.label());
                        text.append(' ').append(evidence.label()).append(' ');
                        text.append(of(from, to, evidence)).append('\n');
                    }
                }
            }
        }
        return text.toString();
    }

    /** Counts up; not thread-safe. */
    static final class Tally {
        private final long[] counts = new long[STATES * STATES * EVIDENCE.length];

        void add(int from, int to, Evidence evidence) {
            counts[index(from, to, evidence)]++;
        }

        void add(TcpState from, TcpState to, Evidence evidence, long count) {
            counts[index(from.ordinal(), to.ordinal(), evidence)] += count;
        }

        /** Adds what was counted from {@code before} to {@code now}. */
        void addSince(TransitionCounts before, TransitionCounts now) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += now.counts[i] - before.counts[i];
            }
        }

        TransitionCounts snapshot() {
            return new TransitionCounts(counts.clone());
        }
    }
}
