// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateAge;
import io.tcpvigil.tcp.TcpState;

/** What rows make of connections: one begins, is seen again, moves. See {@link Exits} for what missing rows make. */
final class Lives {
    /** How far the end of a timer, in ms, may seem to move only because rows are read some time after the dump began. */
    static final int TIMER_JITTER = 100;

    private final Timeline time;
    private final Listeners listeners;
    private final LifecycleTally tally;
    private final OldestAges oldest;
    private final Exits exits;
    private long repeatedRows;

    Lives(Timeline time, Listeners listeners, LifecycleTally tally, OldestAges oldest, Exits exits) {
        this.time = time;
        this.listeners = listeners;
        this.tally = tally;
        this.oldest = oldest;
        this.exits = exits;
    }

    /** Rows that the dump had given before. */
    long repeatedRows() {
        return repeatedRows;
    }

    // ---- beginning ----

    /** Adds the connection of a row that stands for none of the tracked; its key is the store's. */
    void begin(ConnectionStore store, SocketTable table, int row, TcpState state, SocketKind kind) {
        boolean isNew = time.isNewIn(state);
        long since = time.now() - Math.max(0, StateAge.atLeastMillis(table, row));
        if (isNew) {
            // The last dump that shows the state did not show it in it.
            since = Math.max(since, time.lastLook(state));
        }
        Direction direction = directionOf(store.isIpv6(), table.localPort(row), state, kind, isNew);
        int slot = add(store, table.cookie(row), state, kind, direction, since, isNew);
        if (isNew) {
            tally.steps(Inference.steps(originOf(direction), state.ordinal()));
        }
        store.follow(slot);
        store.seen.set(slot);
        store.records.set(slot, RecordStore.AUX, auxOf(table, row, kind));
        store.shelter(slot);
        if (kind == SocketKind.MINISOCK && isNew) {
            tally.minisock(state);
        }
        oldest.see(state.ordinal(), since, isNew);
    }

    /** Adds a connection that began since the last dump and that no dump has shown. Its key is the store's. */
    int beginUnseen(ConnectionStore store, long cookie, TcpState state, Direction direction, long tick) {
        int slot = add(store, cookie, state, SocketKind.FULL, direction, tick, true);
        tally.stepsUnseen(Inference.steps(originOf(direction), state.ordinal()));
        int inexact = store.records.get(slot, RecordStore.FLAGS) & ~(Flags.SINCE_EXACT | Flags.BORN_EXACT);
        store.records.set(slot, RecordStore.FLAGS, inexact);
        return slot;
    }

    private int add(
            ConnectionStore store,
            long cookie,
            TcpState state,
            SocketKind kind,
            Direction direction,
            long since,
            boolean isNew) {
        int flags = Flags.withCloserOf(Flags.of(state, kind, direction), state);
        if (isNew) {
            flags |= Flags.SINCE_EXACT | Flags.BORN_EXACT;
            tally.opened(direction);
            if (direction == Direction.INBOUND && kind != SocketKind.REQUEST) {
                tally.cameUp();
            }
        } else {
            tally.preexisting();
        }
        tally.entered(state);
        int slot = store.add(cookie, flags);
        store.records.since(slot, since);
        store.records.born(slot, since);
        return slot;
    }

    private static int originOf(Direction direction) {
        return switch (direction) {
            case INBOUND -> TcpState.LISTEN.ordinal();
            case OUTBOUND, BOTH -> TcpState.CLOSED.ordinal();
            case UNKNOWN -> Inference.UNKNOWN_ORIGIN;
        };
    }

    private Direction directionOf(boolean ipv6, int localPort, TcpState state, SocketKind kind, boolean isNew) {
        if (state == TcpState.SYN_SENT) {
            return Direction.OUTBOUND;
        }
        if (kind == SocketKind.REQUEST || listeners.isListened(ipv6, localPort)) {
            return Direction.INBOUND;
        }
        if (!isNew || !listeners.isSurelyNotListened(ipv6, localPort)) {
            return Direction.UNKNOWN;
        }
        // A full socket gets here without a listener only when its own SYN crossed another.
        return state == TcpState.SYN_RECEIVED ? Direction.BOTH : Direction.OUTBOUND;
    }

    // ---- being seen again ----

    /** Takes in a row of the connection at {@code slot}. */
    void sight(ConnectionStore store, int slot, SocketTable table, int row, TcpState state, SocketKind kind) {
        RecordStore records = store.records;
        int flags = records.get(slot, RecordStore.FLAGS);
        boolean repeated = store.seen.get(slot);
        store.seen.set(slot);
        TcpState from = Flags.state(flags);
        if (from != state) {
            int[] steps = Inference.steps(Flags.origin(flags), state.ordinal());
            if (steps.length > 0) {
                tally.steps(steps);
                move(store, slot, state, entered(records, slot, flags, table, row));
            } else if (repeated) {
                // Rows of one dump are not of one instant: the later state stands.
                repeatedRows++;
                return;
            } else {
                jump(store, slot, table, row, state);
            }
        } else if (repeated) {
            repeatedRows++;
            if (kind != SocketKind.MINISOCK) {
                return;
            }
        }
        refresh(store, slot, table, row, kind);
    }

    /** When the connection came to the state in which the row shows it. */
    private long entered(RecordStore records, int slot, int flags, SocketTable table, int row) {
        long since = records.since(slot);
        if (!Flags.has(flags, Flags.DEPARTED)) {
            long earliest = Math.max(since, time.lastLook(Flags.state(flags)));
            return Math.max(earliest, time.now() - Math.max(0, StateAge.atLeastMillis(table, row)));
        }
        // It left the state before when it departed; ESTABLISHED is what it departed to.
        return table.state(row) == TcpState.ESTABLISHED
                ? since
                : Math.max(since, time.now() - Math.max(0, StateAge.atLeastMillis(table, row)));
    }

    /** Brings up to date what can change within a state. */
    private void refresh(ConnectionStore store, int slot, SocketTable table, int row, SocketKind kind) {
        RecordStore records = store.records;
        int before = records.get(slot, RecordStore.FLAGS);
        int flags = before & ~(Flags.DEPARTED | Flags.SUPERSEDED);
        if (Flags.kind(before) != kind) {
            flags = Flags.withKind(flags, kind);
            if (kind == SocketKind.MINISOCK) {
                tally.minisock(Flags.state(flags));
            }
        }
        boolean outlived = kind == SocketKind.FULL
                && Flags.fate(flags) != Flags.FATE_ALIVE
                && records.get(slot, RecordStore.AUX) - (int) time.now() <= 0;
        if (outlived) {
            flags = Flags.withFate(flags, Flags.FATE_ALIVE);
        }
        if (flags != before) {
            records.set(slot, RecordStore.FLAGS, flags);
            store.shelter(slot);
        }
        if (kind != SocketKind.FULL || Flags.fate(flags) == Flags.FATE_ALIVE) {
            int aux = auxOf(table, row, kind);
            boolean changed = outlived || Flags.kind(before) != kind || kind == SocketKind.FULL;
            if (changed || Math.abs(aux - records.get(slot, RecordStore.AUX)) > TIMER_JITTER) {
                records.set(slot, RecordStore.AUX, aux);
            }
        }
        long cookie = table.cookie(row);
        if (cookie != 0 && records.cookie(slot) != cookie) {
            records.cookie(slot, cookie);
        }
        boolean exact = Flags.has(flags, Flags.SINCE_EXACT);
        if (!exact) {
            lengthen(records, slot, table, row, flags);
        }
        oldest.see(Flags.stateOrdinal(flags), records.since(slot), exact);
    }

    /** A lower bound may rise when a row tells of a longer time. */
    private void lengthen(RecordStore records, int slot, SocketTable table, int row, int flags) {
        long since = time.now() - Math.max(0, StateAge.atLeastMillis(table, row));
        if (since < records.since(slot)) {
            records.since(slot, since);
            if (!Flags.has(flags, Flags.BORN_EXACT) && since < records.born(slot)) {
                records.born(slot, since);
            }
        }
    }

    private int auxOf(SocketTable table, int row, SocketKind kind) {
        if (kind == SocketKind.FULL) {
            return (int) table.inode(row);
        }
        return (int) time.now() + Math.max(0, table.expiresMillis(row));
    }

    // ---- moving ----

    /** Moves a connection, whose steps are counted, into a state which it entered at {@code entered}. */
    private void move(ConnectionStore store, int slot, TcpState to, long entered) {
        RecordStore records = store.records;
        int flags = records.get(slot, RecordStore.FLAGS);
        TcpState from = Flags.state(flags);
        if (Flags.kind(flags) == SocketKind.MINISOCK) {
            // There is but one way for it to go on.
            tally.stepOfStandIn(from, to, Evidence.OBSERVED);
        }
        exits.leave(store, slot, flags, entered, false);
        tally.left(from);
        tally.entered(to);
        if (from == TcpState.SYN_SENT && to == TcpState.SYN_RECEIVED) {
            flags = Flags.withDirection(flags, Direction.BOTH);
        }
        if (Flags.kind(flags) == SocketKind.REQUEST) {
            tally.cameUp();
        }
        if (from == TcpState.ESTABLISHED) {
            flags = Flags.withCloser(flags, Flags.CLOSER_NONE);
        }
        flags = Flags.withCloserOf(Flags.withState(flags, to), to) & ~Flags.DEPARTED;
        flags = time.isAfterPause() ? flags & ~Flags.SINCE_EXACT : flags | Flags.SINCE_EXACT;
        records.set(slot, RecordStore.FLAGS, flags);
        records.since(slot, entered);
        store.shelter(slot);
    }

    /** Brings the connection up to ESTABLISHED, where it must have been as its full socket was destroyed. */
    void establish(ConnectionStore store, int slot, long tick) {
        int flags = store.records.get(slot, RecordStore.FLAGS);
        tally.stepsUnseen(Inference.steps(Flags.origin(flags), TcpState.ESTABLISHED.ordinal()));
        move(store, slot, TcpState.ESTABLISHED, Math.max(tick, store.records.since(slot)));
    }

    /** Sets a connection to a state to which no legal way leads. Nothing is made of the jump: it is only reported. */
    private void jump(ConnectionStore store, int slot, SocketTable table, int row, TcpState to) {
        RecordStore records = store.records;
        int flags = records.get(slot, RecordStore.FLAGS);
        TcpState from = Flags.state(flags);
        if (tally.anomaly()) {
            tally.keep(new Anomaly(time.nanos(), table.local(row), table.remote(row), table.cookie(row), from, to));
        }
        tally.left(from);
        tally.entered(to);
        records.set(slot, RecordStore.FLAGS, Flags.withState(flags, to) & ~(Flags.DEPARTED | Flags.SINCE_EXACT));
        records.since(slot, time.now());
        store.shelter(slot);
    }
}
