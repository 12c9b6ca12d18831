// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/**
 * The live connections of one address family: records, the index over their 4-tuples, and a few bits for each.
 *
 * <h2>What a connection takes</h2>
 *
 * <pre>
 *                                        IPv4     IPv6
 *   record (RecordStore)                 44       68     bytes
 *   an eighth kept for the next dump      0-6      0-9
 *   bucket head, load 1/2 to 1            4-8      4-8
 *   two bits, with slack for growth      0.2-1.3  0.2-1.3
 *   sum                                  48-59    72-86
 *   allowed                              64       96
 * </pre>
 *
 * To that comes what does not grow: one chunk of records and one of heads, 49 KiB (IPv4), 72 KiB (IPv6). The numbers hold
 * from some 10,000 connections on, at any size, while growing and while shrinking: nothing is doubled and no second copy is
 * made.
 *
 * <h2>Identity</h2>
 *
 * The key is the 4-tuple, which every source gives; {@link #isSame} then decides between those who share it. The kernel
 * walks its hash table in the same order each time, so that each record remembers which followed it in the dump: a row is
 * first held against that one, and only when this fails is the index asked.
 */
final class ConnectionStore {
    static final int NONE = TupleIndex.NONE;

    private final boolean ipv6;
    private final TupleIndex index;
    /** The 4-tuple that is looked for, or added. */
    private final int[] key;

    final RecordStore records;
    /** In the dump at hand. */
    final SlotBits seen = new SlotBits();
    /** Of these, a dump without ESTABLISHED says nothing when it does not show them. */
    final SlotBits sheltered = new SlotBits();

    private int previous = NONE;
    private int previouslyLookedUp = NONE;

    ConnectionStore(boolean ipv6, long hashSeed) {
        this.ipv6 = ipv6;
        this.records = new RecordStore(ipv6 ? RecordStore.IPV6_KEY_INTS : RecordStore.IPV4_KEY_INTS);
        this.index = new TupleIndex(records, hashSeed);
        this.key = new int[records.keyInts()];
    }

    boolean isIpv6() {
        return ipv6;
    }

    int size() {
        return records.size();
    }

    /** Forgets what was seen in the last dump. */
    void startDump() {
        seen.fit(size());
        sheltered.fit(size());
        seen.clearAll();
        previous = NONE;
    }

    /** Takes the 4-tuple of a row as the one to look for. */
    void key(SocketTable table, int row) {
        key(
                table.localHigh(row),
                table.localLow(row),
                table.localPort(row),
                table.remoteHigh(row),
                table.remoteLow(row),
                table.remotePort(row));
    }

    /** Takes a 4-tuple as the one to look for; of IPv4 addresses only the low 32 bits count. */
    void key(long localHigh, long localLow, int localPort, long remoteHigh, long remoteLow, int remotePort) {
        key[0] = (localPort << 16) | remotePort;
        if (ipv6) {
            key[1] = (int) (localHigh >>> 32);
            key[2] = (int) localHigh;
            key[3] = (int) (localLow >>> 32);
            key[4] = (int) localLow;
            key[5] = (int) (remoteHigh >>> 32);
            key[6] = (int) remoteHigh;
            key[7] = (int) (remoteLow >>> 32);
            key[8] = (int) remoteLow;
        } else {
            key[1] = (int) localLow;
            key[2] = (int) remoteLow;
        }
    }

    /** Finds the connection that the next row of a dump stands for, by its {@link #key}; {@link #NONE} if it is new. */
    int locate(long cookie, int inode, TcpState state, SocketKind kind) {
        int guess = previous == NONE ? 0 : records.get(previous, RecordStore.SUCCESSOR);
        int slot = isSurely(guess, cookie, inode, state, kind) ? guess : search(cookie, inode, state, kind);
        if (slot != NONE) {
            if (slot != guess && previous != NONE) {
                records.set(previous, RecordStore.SUCCESSOR, slot);
            }
            previous = slot;
        }
        return slot;
    }

    /** The same, but leaves no trace; also quickest when asked in the order of the dump. */
    int lookUp(long cookie, int inode, TcpState state, SocketKind kind) {
        int last = previouslyLookedUp;
        int guess = last < 0 || last >= size() ? 0 : records.get(last, RecordStore.SUCCESSOR);
        int slot = isSurely(guess, cookie, inode, state, kind) ? guess : search(cookie, inode, state, kind);
        if (slot != NONE) {
            previouslyLookedUp = slot;
        }
        return slot;
    }

    private boolean isSurely(int slot, long cookie, int inode, TcpState state, SocketKind kind) {
        if (slot >= size() || !records.hasKey(slot, key)) {
            return false;
        }
        return cookie != 0
                ? records.cookie(slot) == cookie
                : !Flags.has(records.get(slot, RecordStore.FLAGS), Flags.SUPERSEDED)
                        && isSame(slot, cookie, inode, state, kind);
    }

    /** The record with this cookie if there is one, else the newest that can be the same connection. */
    private int search(long cookie, int inode, TcpState state, SocketKind kind) {
        int found = NONE;
        for (int slot = first(); slot != NONE; slot = following(slot)) {
            if (cookie != 0 && records.cookie(slot) == cookie) {
                return slot;
            }
            if (found == NONE && isSame(slot, cookie, inode, state, kind)) {
                found = slot;
            }
        }
        return found;
    }

    /** The newest record with the {@link #key}, or {@link #NONE}. */
    int first() {
        return withKey(index.first(index.hash(key)));
    }

    /** The next older one than {@code slot} with the {@link #key}. */
    int following(int slot) {
        return withKey(index.next(slot));
    }

    private int withKey(int from) {
        int slot = from;
        while (slot != NONE && !records.hasKey(slot, key)) {
            slot = index.next(slot);
        }
        return slot;
    }

    /**
     * Whether a row can be of the connection at {@code slot}, which has its 4-tuple but not its cookie.
     *
     * <p>With a cookie on both sides only one thing makes it the same: a minisock that took the place of the full socket
     * before anybody had asked for its cookie draws another ({@code inet_twsk_alloc} copies what is there, 0 included).
     * Where a side has none ({@code /proc}), it is the same when one life leads from the one state to the other and the
     * inodes do not speak against it.
     */
    private boolean isSame(int slot, long cookie, int inode, TcpState state, SocketKind kind) {
        int flags = records.get(slot, RecordStore.FLAGS);
        if (cookie != 0 && records.cookie(slot) != 0) {
            return kind == SocketKind.MINISOCK && Flags.kind(flags) != SocketKind.MINISOCK && leadsTo(flags, state);
        }
        int before = inodeOf(slot, flags);
        return (before != 0 && before == inode)
                || (kindsAgree(Flags.kind(flags), kind)
                        && leadsTo(flags, state)
                        && inodesAgree(before, inode, state, kind));
    }

    /** A request turns into a full socket and that into a minisock, never the other way. */
    private static boolean kindsAgree(SocketKind before, SocketKind now) {
        return before == now || before == SocketKind.REQUEST || now == SocketKind.MINISOCK;
    }

    private static boolean leadsTo(int flags, TcpState state) {
        return Flags.state(flags) == state || Inference.steps(Flags.origin(flags), state.ordinal()).length > 0;
    }

    private int inodeOf(int slot, int flags) {
        return Flags.kind(flags) == SocketKind.FULL && Flags.fate(flags) == Flags.FATE_ALIVE
                ? records.get(slot, RecordStore.AUX)
                : 0;
    }

    /** A socket gets its inode when it is accepted and loses it with the last close(), which also sends the FIN. */
    private static boolean inodesAgree(int before, int now, TcpState state, SocketKind kind) {
        boolean neverWithout =
                state == TcpState.SYN_SENT || state == TcpState.ESTABLISHED || state == TcpState.CLOSE_WAIT;
        return before == 0 || (now == 0 && !(kind == SocketKind.FULL && neverWithout));
    }

    /** Adds a connection with the {@link #key}; others that have it are from now on {@link Flags#SUPERSEDED}. */
    int add(long cookie, int flags) {
        for (int slot = first(); slot != NONE; slot = following(slot)) {
            records.set(slot, RecordStore.FLAGS, records.get(slot, RecordStore.FLAGS) | Flags.SUPERSEDED);
            sheltered.clear(slot);
        }
        int added = records.append(key);
        seen.fit(size());
        sheltered.fit(size());
        seen.clear(added);
        sheltered.clear(added);
        records.cookie(added, cookie);
        records.set(added, RecordStore.FLAGS, flags);
        index.add(added, index.hash(key));
        return added;
    }

    /** Brings {@link #sheltered} up to date with the flags. */
    void shelter(int slot) {
        int flags = records.get(slot, RecordStore.FLAGS);
        boolean elsewhere = Flags.state(flags) == TcpState.ESTABLISHED || Flags.has(flags, Flags.DEPARTED);
        boolean maybeGone = Flags.has(flags, Flags.SUPERSEDED) || Flags.fate(flags) != Flags.FATE_ALIVE;
        sheltered.put(slot, elsewhere && !maybeGone);
    }

    /** Says that the connection at {@code added}, just added, is that of the row which {@link #locate} did not find. */
    void follow(int added) {
        if (previous != NONE) {
            records.set(added, RecordStore.SUCCESSOR, records.get(previous, RecordStore.SUCCESSOR));
            records.set(previous, RecordStore.SUCCESSOR, added);
        }
        previous = added;
    }

    /** Removes a connection; the one with the highest number takes its place. */
    void remove(int slot) {
        index.remove(slot);
        int last = size() - 1;
        if (slot != last) {
            index.moved(last, slot);
            records.moveLastTo(slot);
            seen.put(slot, seen.get(last));
            sheltered.put(slot, sheltered.get(last));
        }
        records.dropLast();
        if (last % RecordStore.CHUNK_RECORDS == 0) {
            seen.fit(last);
            sheltered.fit(last);
        }
    }

    /** What the arrays take, their headers included. */
    long capacityBytes() {
        return records.capacityBytes() + index.capacityBytes() + seen.capacityBytes() + sheltered.capacityBytes();
    }
}
