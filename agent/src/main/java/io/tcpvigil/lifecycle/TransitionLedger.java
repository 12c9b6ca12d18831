// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.TcpState;
import java.util.OptionalLong;

/**
 * Joins what the tracker saw with what a probe in the kernel counted, so that each transition is counted once, under the best
 * evidence for it. Totals never fall, whether the probe comes or goes. Not thread-safe.
 *
 * <p>While there is a probe, the steps of full sockets are taken from it, as {@link Evidence#EXACT}, and of the tracker's
 * only those of request sockets and minisocks, which the probe does not see. To the kernel, a socket that leaves FIN-WAIT-2 or
 * CLOSING is CLOSED, whatever comes next; which it was follows from its own count of minisocks:
 *
 * <pre>
 *   left FIN-WAIT-2 or CLOSING
 *     - minisocks made (TW, TWKilled)            = to CLOSED: a RST, or a TIME-WAIT that was skipped
 *   left FIN-WAIT-2 - those - orphans seen       = to TIME-WAIT
 * </pre>
 *
 * An orphan stays in FIN-WAIT-2 as a minisock. One that was not seen there went on to TIME-WAIT at once, or so it counts.
 */
public final class TransitionLedger {
    private static final TcpState[] STATES = TcpState.values();

    private final TransitionCounts.Tally total = new TransitionCounts.Tally();
    private TransitionCounts trackedBefore = TransitionCounts.NONE;
    private StandIns standInsBefore = StandIns.NONE;
    private @Nullable Beginning beginning;
    private long[] exact = new long[STATES.length * STATES.length];

    /** What had been counted when the probe was first asked. */
    private record Beginning(ProbedTransitions probed, OptionalLong minisocks, long orphans) {}

    /**
     * Takes in what is known after a dump.
     *
     * @param probed what the probe has counted, read just before {@code counted}; null when there is none. The first after a
     *     null is a beginning
     */
    public void update(LifecycleReport tracked, KernelEvents counted, @Nullable ProbedTransitions probed) {
        Beginning since = beginning;
        if (probed == null || since == null) {
            total.addSince(trackedBefore, tracked.transitions());
            beginning = probed == null
                    ? null
                    : new Beginning(
                            probed, minisocks(counted), tracked.standIns().orphans());
            exact = new long[exact.length];
        } else {
            total.addSince(standInsBefore.transitions(), tracked.standIns().transitions());
            addExact(since, probed, counted, tracked.standIns().orphans());
        }
        trackedBefore = tracked.transitions();
        standInsBefore = tracked.standIns();
    }

    private static OptionalLong minisocks(KernelEvents counted) {
        OptionalLong longLived = counted.get(KernelEvent.TW);
        OptionalLong shortLived = counted.get(KernelEvent.TW_KILLED);
        return longLived.isEmpty() || shortLived.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(longLived.getAsLong() + shortLived.getAsLong());
    }

    private void addExact(Beginning since, ProbedTransitions probed, KernelEvents counted, long orphans) {
        long withoutPort = probed.connectsWithoutPort() - since.probed().connectsWithoutPort();
        for (TcpState from : STATES) {
            for (TcpState to : STATES) {
                long count = probed.of(from, to) - since.probed().of(from, to);
                boolean ofAttempt = (from == TcpState.CLOSED && to == TcpState.SYN_SENT)
                        || (from == TcpState.SYN_SENT && to == TcpState.CLOSED);
                boolean maybeTimeWait =
                        to == TcpState.CLOSED && (from == TcpState.FIN_WAIT_2 || from == TcpState.CLOSING);
                if (!maybeTimeWait) {
                    raise(from, to, ofAttempt ? count - withoutPort : count, Evidence.EXACT);
                }
            }
        }
        long leftFinWait2 = left(TcpState.FIN_WAIT_2, since, probed);
        long leftClosing = left(TcpState.CLOSING, since, probed);
        OptionalLong now = minisocks(counted);
        boolean known = now.isPresent() && since.minisocks().isPresent();
        long made = known ? now.getAsLong() - since.minisocks().getAsLong() : leftFinWait2 + leftClosing;
        // Both counts go on while they are read; what is too few now is made up for the next time.
        long cut = Math.max(0, leftFinWait2 + leftClosing - made);
        long cutInFinWait2 = Math.min(cut, leftFinWait2);
        Evidence evidence = known ? Evidence.EXACT : Evidence.INFERRED;
        raise(TcpState.FIN_WAIT_2, TcpState.CLOSED, cutInFinWait2, evidence);
        raise(TcpState.CLOSING, TcpState.CLOSED, cut - cutInFinWait2, evidence);
        raise(TcpState.CLOSING, TcpState.TIME_WAIT, leftClosing - (cut - cutInFinWait2), evidence);
        raise(
                TcpState.FIN_WAIT_2,
                TcpState.TIME_WAIT,
                leftFinWait2 - cutInFinWait2 - (orphans - since.orphans()),
                evidence);
    }

    private static long left(TcpState state, Beginning since, ProbedTransitions probed) {
        return probed.of(state, TcpState.CLOSED) - since.probed().of(state, TcpState.CLOSED);
    }

    /** Raises the count of a step to {@code count} since the beginning; it never falls. */
    private void raise(TcpState from, TcpState to, long count, Evidence evidence) {
        int index = from.ordinal() * STATES.length + to.ordinal();
        if (count > exact[index]) {
            total.add(from, to, evidence, count - exact[index]);
            exact[index] = count;
        }
    }

    /** All transitions, each once, since the tracker began. */
    public TransitionCounts transitions() {
        return total.snapshot();
    }
}
