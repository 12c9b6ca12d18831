// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.StateAge;
import io.tcpvigil.tcp.TcpState;

/** How connections leave their states and how they end, with the times that each took. */
final class Exits {
    private static final long ONE_SECOND = 1000;
    /** The first timer of a request is 1 s (TCP_TIMEOUT_INIT), the second ends after 3 s. */
    private static final int FIRST_REQUEST_TIMER = 2000;

    private final Timeline time;
    private final LifecycleTally tally;
    private final FirstFins firstFins;
    private final Endings ending = new Endings();

    Exits(Timeline time, LifecycleTally tally, FirstFins firstFins) {
        this.time = time;
        this.tally = tally;
        this.firstFins = firstFins;
    }

    /**
     * Books the time in the state that is left, unless that was done when the connection departed.
     *
     * @param certain whether {@code until} holds even when there was a pause
     */
    void leave(ConnectionStore store, int slot, int flags, long until, boolean certain) {
        if (Flags.has(flags, Flags.DEPARTED)) {
            return;
        }
        TcpState state = Flags.state(flags);
        boolean unsure = time.isAfterPause() && !certain;
        long end = unsure ? time.lastLook(state) : until;
        long since = store.records.since(slot);
        tally.dwelt(state, Math.max(0, end - since), Flags.has(flags, Flags.SINCE_EXACT) && !unsure);
    }

    /** Missing from a dump, but maybe in a state that the dump does not show: what it was in is over. */
    void depart(ConnectionStore store, int slot) {
        RecordStore records = store.records;
        int flags = records.get(slot, RecordStore.FLAGS);
        if (Flags.has(flags, Flags.DEPARTED)) {
            return;
        }
        leave(store, slot, flags, time.now(), false);
        records.set(slot, RecordStore.FLAGS, flags | Flags.DEPARTED);
        records.since(slot, time.now());
        store.shelter(slot);
    }

    /**
     * Ends a connection that is in no table any more, and forgets it.
     *
     * @param disconnected see {@link Endings#judge}
     * @param noNewMinisocks see {@link Sample}
     */
    void end(ConnectionStore store, int slot, boolean disconnected, boolean noNewMinisocks) {
        RecordStore records = store.records;
        int flags = records.get(slot, RecordStore.FLAGS);
        TcpState state = Flags.state(flags);
        SocketKind kind = Flags.kind(flags);
        boolean ranOut = timerRanOut(records, slot, flags);
        boolean noMinisock = noNewMinisocks && wasDestroyedLately(records, slot, flags);
        ending.judge(flags, ranOut, noMinisock, disconnected);
        settleFirstFin(flags);

        boolean known = ranOut && kind == SocketKind.MINISOCK;
        long until = known ? time.now() - sinceAux(records, slot) : time.now();
        leave(store, slot, flags, until, known);
        boolean unsure = time.isAfterPause() && !known;
        long died = unsure ? time.lastLook(state) : until;
        Direction direction = Flags.direction(flags);
        boolean exact = Flags.has(flags, Flags.BORN_EXACT) && !unsure;
        tally.lived(direction, ending.by, Math.max(0, died - records.born(slot)), exact);
        // A request socket has no message of its own: where there is one, a full socket came of it.
        boolean becameFull = kind == SocketKind.REQUEST && (disconnected || Flags.fate(flags) != Flags.FATE_ALIVE);
        countLastSteps(state, becameFull ? SocketKind.FULL : kind);
        if (state == TcpState.SYN_SENT && disconnected) {
            tally.disconnected(direction, ending.by);
        } else {
            // One number for both. The kernel counts no failure for the first, and no reset after the second.
            boolean givenUpOrByFins = Flags.fate(flags) == Flags.FATE_FIN_ACKED;
            tally.closed(state, direction, ending.by, ranOut || givenUpOrByFins);
        }
        tally.left(state);
        store.remove(slot);
    }

    private void settleFirstFin(int flags) {
        if (ending.isDoubtful) {
            if (firstFins.isPeers()) {
                ending.throughLastAck();
            }
        } else if (leftForMinisock(flags)) {
            firstFins.oursWithoutMinisock();
        }
    }

    /** Whether a connection that ended as a full socket surely left FIN-WAIT-2 or CLOSING. */
    private boolean leftForMinisock(int flags) {
        if (Flags.kind(flags) != SocketKind.FULL) {
            return false;
        }
        return switch (Flags.state(flags)) {
            case ESTABLISHED -> ending.via == TcpState.FIN_WAIT_2;
            case FIN_WAIT_1 -> Flags.fate(flags) == Flags.FATE_FIN_ACKED;
            case FIN_WAIT_2, CLOSING -> true;
            case LISTEN, SYN_SENT, SYN_RECEIVED, CLOSE_WAIT, LAST_ACK, TIME_WAIT, CLOSED -> false;
        };
    }

    private void countLastSteps(TcpState state, SocketKind kind) {
        if (kind != SocketKind.FULL) {
            if (kind == SocketKind.REQUEST) {
                tally.stepOfStandIn(TcpState.LISTEN, TcpState.SYN_RECEIVED, Evidence.OBSERVED);
            }
            tally.stepOfStandIn(state, TcpState.CLOSED, ending.evidence);
        }
        TcpState last = state;
        if (ending.via != TcpState.CLOSED) {
            last = ending.via;
            TcpState between = last == TcpState.LAST_ACK ? TcpState.CLOSE_WAIT : TcpState.FIN_WAIT_1;
            if (state != between) {
                tally.step(state, between, Evidence.INFERRED);
            }
            tally.step(between, last, Evidence.INFERRED);
        }
        tally.step(last, TcpState.CLOSED, ending.evidence);
    }

    /** Milliseconds since the time in {@link RecordStore#AUX}. */
    private int sinceAux(RecordStore records, int slot) {
        return (int) time.now() - records.get(slot, RecordStore.AUX);
    }

    /**
     * Whether a minisock, or a request, can have ended by its timer, maybe while the dump that does not show it went on: that
     * has the time of its start.
     */
    private boolean timerRanOut(RecordStore records, int slot, int flags) {
        return switch (Flags.kind(flags)) {
            case FULL, BOUND -> false;
            case REQUEST -> requestTimedOut(records, slot, flags);
            // Any later, an orphan in FIN-WAIT-2 may have been through a whole TIME-WAIT since.
            case MINISOCK ->
                sinceAux(records, slot) >= -Lives.TIMER_JITTER
                        && (Flags.state(flags) == TcpState.TIME_WAIT
                                || sinceAux(records, slot) < StateAge.TIME_WAIT_MILLIS);
        };
    }

    /** A request outlives its first timer, unless {@code tcp_synack_retries} is 0; later ones are 2 s and longer. */
    private boolean requestTimedOut(RecordStore records, int slot, int flags) {
        long gone = Flags.has(flags, Flags.DEPARTED) ? records.since(slot) : time.now();
        int due = records.get(slot, RecordStore.AUX);
        boolean first = Flags.has(flags, Flags.BORN_EXACT) && due - (int) records.born(slot) < FIRST_REQUEST_TIMER;
        return (int) gone - due >= 0 && !first;
    }

    /** Whether a full socket was destroyed so short a time ago that a TIME-WAIT after it would still be there. */
    private boolean wasDestroyedLately(RecordStore records, int slot, int flags) {
        return Flags.kind(flags) == SocketKind.FULL
                && Flags.fate(flags) != Flags.FATE_ALIVE
                && sinceAux(records, slot) < StateAge.TIME_WAIT_MILLIS - ONE_SECOND;
    }
}
