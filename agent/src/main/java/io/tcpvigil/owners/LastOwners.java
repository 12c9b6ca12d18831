// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.tcp.SocketTable;
import java.util.BitSet;

/**
 * Who was last seen to hold each connection, by cookie, or by a hash of its ends where the source has no cookies. 16 bytes a
 * place, at most half of the places taken, and no more connections than said: what does not fit is not remembered.
 */
final class LastOwners {
    static final int ABSENT = -1;

    private static final int FEWEST = 1024;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final int most;
    private final long seed;
    private long[] keys = new long[FEWEST];
    private int[] sets = new int[FEWEST];
    private int[] seen = new int[FEWEST];
    private int size;

    /**
     * @param most how many connections are remembered
     * @param seed not known to peers, who choose the addresses and ports that are hashed
     */
    LastOwners(int most, long seed) {
        this.most = most;
        this.seed = seed;
    }

    int size() {
        return size;
    }

    /** What stands for the connection of a row; never 0. */
    long key(SocketTable table, int row) {
        long cookie = table.cookie(row);
        if (cookie != 0) {
            return cookie;
        }
        long hash = seed;
        hash = (hash ^ table.localHigh(row)) * MIX;
        hash = (hash ^ hash >>> 29 ^ table.localLow(row)) * MIX;
        hash = (hash ^ hash >>> 29 ^ table.remoteHigh(row)) * MIX;
        hash = (hash ^ hash >>> 29 ^ table.remoteLow(row)) * MIX;
        hash = (hash ^ hash >>> 29 ^ ((long) table.localPort(row) << 16 | table.remotePort(row))) * MIX;
        hash ^= hash >>> 32;
        return hash == 0 ? 1 : hash;
    }

    /** Remembers the owners; nothing happens when there is no room. */
    void put(long key, int set, int look) {
        int at = find(key);
        if (keys[at] == 0) {
            if (size == most) {
                return;
            }
            if (2 * (size + 1) > keys.length) {
                grow();
                at = find(key);
            }
            keys[at] = key;
            size++;
        }
        sets[at] = set;
        seen[at] = look;
    }

    /** The owners last seen, or {@link #ABSENT}; notes that the connection is still there. */
    int note(long key, int look) {
        int at = find(key);
        if (keys[at] == 0) {
            return ABSENT;
        }
        seen[at] = look;
        return sets[at];
    }

    /** The owners last seen, or {@link #ABSENT}. */
    int get(long key) {
        int at = find(key);
        return keys[at] == 0 ? ABSENT : sets[at];
    }

    /** Forgets all that the dump of {@code look} did not show. */
    void sift(int look) {
        for (int at = 0; at < keys.length; at++) {
            while (keys[at] != 0 && seen[at] != look) {
                delete(at);
            }
        }
    }

    /** Adds the numbers of all sets in use. */
    void markSets(BitSet used) {
        for (int at = 0; at < keys.length; at++) {
            if (keys[at] != 0) {
                used.set(sets[at]);
            }
        }
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int at = home(key, mask);
        while (keys[at] != 0 && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private static int home(long key, int mask) {
        return (int) ((key * MIX) >>> 32) & mask;
    }

    private void delete(int from) {
        int mask = keys.length - 1;
        int hole = from;
        int at = (hole + 1) & mask;
        while (keys[at] != 0) {
            int distance = (at - home(keys[at], mask)) & mask;
            if (distance >= ((at - hole) & mask)) {
                keys[hole] = keys[at];
                sets[hole] = sets[at];
                seen[hole] = seen[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        keys[hole] = 0;
        size--;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldSets = sets;
        int[] oldSeen = seen;
        keys = new long[2 * oldKeys.length];
        sets = new int[2 * oldKeys.length];
        seen = new int[2 * oldKeys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int at = find(oldKeys[i]);
                keys[at] = oldKeys[i];
                sets[at] = oldSets[i];
                seen[at] = oldSeen[i];
            }
        }
    }
}
