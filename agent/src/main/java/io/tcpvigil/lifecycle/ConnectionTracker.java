// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/**
 * Follows the connections of one network namespace from dump to dump.
 *
 * <h2>Identity</h2>
 *
 * A connection is its socket cookie; where the source has none, its 4-tuple, held against its inode. A minisock whose cookie
 * differs is what became of the full socket on its 4-tuple. Any other socket on the 4-tuple is a new connection, and the one
 * before has ended. A change of source changes nothing: a record keeps its cookie while rows have none, and takes the first
 * that comes.
 *
 * <h2>What a dump may do</h2>
 *
 * <ul>
 *   <li>complete: add, move, and end what is missing. What a dump without ESTABLISHED does not show may be there: an
 *       ESTABLISHED connection stays, one in a SYN state <em>departs</em>, and the next full dump decides.
 *   <li>partial: add and move, never end.
 *   <li>failed, or older than the last: nothing.
 * </ul>
 *
 * <p>Connections of the first dump, and of the first after a pause ({@link Sample}), are <em>preexisting</em>: how they came
 * into their state is not counted, and their ages are lower bounds. Known connections go on through a pause; what they
 * did in it is counted, and how long they took is a lower bound.
 *
 * <p>An update costs one pass over the rows and one over two bits for each connection, allocates nothing per row, and never
 * copies the table: see {@link ConnectionStore} for memory, {@link TupleIndex} for growth. Not thread-safe.
 */
public final class ConnectionTracker {
    private final Timeline time = new Timeline();
    private final Listeners listeners = new Listeners();
    private final LifecycleTally tally = new LifecycleTally();
    private final OldestAges oldest = new OldestAges();
    private final FirstFins firstFins = new FirstFins();
    private final Exits exits = new Exits(time, tally, firstFins);
    private final Lives lives = new Lives(time, listeners, tally, oldest, exits);
    private final DestroyNotes destroyNotes = new DestroyNotes(time, listeners, tally, lives);
    private final ConnectionStore ipv4;
    private final ConnectionStore ipv6;
    private final TrackedConnections connections;

    private long completeDumps;
    private long partialDumps;
    private long failedDumps;
    private long lateDumps;
    private long pauses;

    /**
     * @param hashSeed a random number that peers do not know, so that they cannot make the hash table slow
     */
    public ConnectionTracker(long hashSeed) {
        this.ipv4 = new ConnectionStore(false, hashSeed);
        this.ipv6 = new ConnectionStore(true, hashSeed);
        this.connections = new TrackedConnections(time, ipv4, ipv6);
    }

    /** Takes in a dump, as far as its coverage lets it count. Reads the table and keeps nothing of it. */
    public void update(SocketTable table, Sample sample) {
        if (table.coverage().extent() == Coverage.Extent.FAILED) {
            failedDumps++;
            return;
        }
        if (time.isLate(sample.nanos())) {
            lateDumps++;
            return;
        }
        boolean complete = table.coverage().isComplete();
        if (time.begin(sample)) {
            pauses++;
        }
        boolean listening = complete && time.covers(TcpState.LISTEN);
        listeners.read(table, listening, time.coversEverything());
        if (listening) {
            destroyNotes.takeWaiting(ipv4, ipv6);
        }
        tally.startDump();
        oldest.startDump();
        ipv4.startDump();
        ipv6.startDump();
        for (int row = 0; row < table.rows(); row++) {
            take(table, row);
        }
        boolean mayBegin = complete && (time.coversEverything() || time.lastFull() >= 0);
        firstFins.look(sample, time.isAfterPause(), mayBegin, tally.minisocks());
        if (complete) {
            completeDumps++;
            destroyNotes.startSweep();
            sweep(ipv4, sample.noNewMinisocks());
            sweep(ipv6, sample.noNewMinisocks());
            destroyNotes.endSweep();
            time.complete();
            oldest.complete(time);
        } else {
            partialDumps++;
        }
    }

    private void take(SocketTable table, int row) {
        TcpState state = table.state(row);
        SocketKind kind = table.kind(row);
        if (state == TcpState.LISTEN || kind == SocketKind.BOUND) {
            return;
        }
        ConnectionStore store = table.isIpv6(row) ? ipv6 : ipv4;
        store.key(table, row);
        int slot = store.locate(table.cookie(row), (int) table.inode(row), state, kind);
        if (slot == ConnectionStore.NONE) {
            lives.begin(store, table, row, state, kind);
        } else {
            lives.sight(store, slot, table, row, state, kind);
        }
    }

    /** Goes through what a complete dump did not show, from the highest number down: removal moves only the last one. */
    private void sweep(ConnectionStore store, boolean noNewMinisocks) {
        boolean all = time.covers(TcpState.ESTABLISHED);
        int size = store.size();
        for (int word = (size - 1) >> 6; word >= 0; word--) {
            long missing = ~store.seen.word(word) & (all ? -1L : ~store.sheltered.word(word));
            if (word == size >> 6) {
                missing &= (1L << size) - 1;
            }
            while (missing != 0) {
                int bit = 63 - Long.numberOfLeadingZeros(missing);
                missing &= ~(1L << bit);
                miss(store, (word << 6) + bit, noNewMinisocks);
            }
        }
    }

    /** Decides what it means that a complete dump does not show the connection. */
    private void miss(ConnectionStore store, int slot, boolean noNewMinisocks) {
        int flags = store.records.get(slot, RecordStore.FLAGS);
        TcpState state = Flags.state(flags);
        boolean destroyed = Flags.kind(flags) == SocketKind.FULL && Flags.fate(flags) != Flags.FATE_ALIVE;
        boolean gone;
        if (destroyed) {
            // When the message came after the dump began, its minisock may be where the dump had been.
            boolean before = store.records.get(slot, RecordStore.AUX) - (int) time.now() <= 0;
            gone = before && time.coversMinisocks();
        } else {
            gone = Flags.has(flags, Flags.SUPERSEDED) || time.coversAllAfter(state);
        }
        if (gone) {
            long cookie = store.records.cookie(slot);
            boolean disconnected = destroyNotes.takeDisconnected(cookie);
            destroyNotes.ended(cookie, Flags.fate(flags) != Flags.FATE_ALIVE || disconnected);
            exits.end(store, slot, disconnected, noNewMinisocks);
        } else if (!destroyed && time.covers(state)) {
            exits.depart(store, slot);
        }
    }

    /** Tells that destroy messages are listened for, so that one that comes late is known for what it is. */
    public void expectDestroyed() {
        destroyNotes.expect();
    }

    /**
     * Takes in a destroy message. Messages that came before a dump began are to be taken in before it: one of the same
     * millisecond counts as older than the dump.
     *
     * @param nanos monotonic time when it was received
     */
    public void destroyed(DestroyedSocket socket, long nanos) {
        if (time.isStarted()) {
            destroyNotes.take(socket.ipv6 ? ipv6 : ipv4, socket, time.tick(nanos));
        }
    }

    /** Whether the next sample shall bring what a probe had counted before it, see {@link Sample#probedBefore}. */
    public boolean asksForProbedBefore() {
        return !firstFins.isBegun();
    }

    /** What is remembered of single connections. */
    public TrackedConnections connections() {
        return connections;
    }

    /** How many connections are tracked. */
    public int size() {
        return ipv4.size() + ipv6.size();
    }

    /** Memory that the tracked connections take, in bytes. */
    public long trackedBytes() {
        return ipv4.capacityBytes() + ipv6.capacityBytes() + destroyNotes.capacityBytes();
    }

    /** All that is known now, as a value. */
    public LifecycleReport report() {
        return new LifecycleReport(
                time.nanos(),
                time.isAfterPause(),
                tally.transitions(),
                tally.standIns(),
                tally.connections(),
                tally.live(),
                listeners.count(),
                oldest.ages(time),
                time.shown(),
                tally.stateDurations(),
                tally.connectionDurations(),
                tally.seen(),
                tally.anomalyCount(),
                tally.anomalies(),
                new DumpCounts(completeDumps, partialDumps, failedDumps, lateDumps, lives.repeatedRows(), pauses),
                destroyNotes.counts(),
                trackedBytes());
    }
}
