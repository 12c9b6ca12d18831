// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import java.util.Arrays;

/**
 * Finds records by their key: linear hashing (Litwin, 1980) over primitive arrays. The number of buckets grows by one when
 * a record comes, by splitting the next bucket in turn, and falls by up to two when one goes; no step ever touches more
 * than two buckets, so that there is no pause however large the table is, and the load stays between 1/2 and 1.
 *
 * <p>Records with the same bucket are chained through their own {@link RecordStore#NEXT} rather than probed for: in linear
 * hashing the buckets whose turn has not come hold twice as much as the others, which chains bear and probing does not.
 * The newest record is first in its chain, and stays before older ones with the same key.
 */
final class TupleIndex {
    static final int NONE = -1;

    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_BUCKETS = 1 << CHUNK_BITS;
    private static final int CHUNK_MASK = CHUNK_BUCKETS - 1;
    private static final int[] NO_CHUNK = {};
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final RecordStore records;
    private final long seed;
    private int[][] heads = new int[4][];
    private int allocatedChunks;
    /** There are 2^level + split buckets; those below split have been split in this round. */
    private int level = CHUNK_BITS;

    private int split;

    /**
     * @param seed a secret: peers choose their addresses and ports, and could choose ones that fall into one chain
     */
    TupleIndex(RecordStore records, long seed) {
        this.records = records;
        this.seed = seed;
        Arrays.fill(heads, NO_CHUNK);
        addChunk();
    }

    int hash(int[] key) {
        return hash(key, 0);
    }

    private int hash(int slot) {
        return hash(records.chunk(slot), records.base(slot) + RecordStore.KEY);
    }

    private int hash(int[] ints, int from) {
        long mixed = seed;
        int to = from + records.keyInts();
        for (int i = from; i < to; i++) {
            mixed = (mixed ^ ints[i]) * MIX;
            mixed ^= mixed >>> 32;
        }
        mixed *= MIX;
        return (int) (mixed >>> 32);
    }

    /** The newest record in the chain where a key with this hash would be, or {@link #NONE}; go on with {@link #next}. */
    int first(int hash) {
        return head(bucket(hash));
    }

    int next(int slot) {
        return records.get(slot, RecordStore.NEXT);
    }

    private int bucket(int hash) {
        int bucket = hash & ((1 << level) - 1);
        return bucket < split ? hash & ((2 << level) - 1) : bucket;
    }

    private int head(int bucket) {
        return heads[bucket >> CHUNK_BITS][bucket & CHUNK_MASK];
    }

    private void head(int bucket, int slot) {
        heads[bucket >> CHUNK_BITS][bucket & CHUNK_MASK] = slot;
    }

    private int buckets() {
        return (1 << level) + split;
    }

    /** Takes in record {@code slot}, which has its key. */
    void add(int slot, int hash) {
        int bucket = bucket(hash);
        records.set(slot, RecordStore.NEXT, head(bucket));
        head(bucket, slot);
        if (records.size() > buckets()) {
            splitOne();
        }
    }

    /** Takes record {@code slot} out, which is still in the store. */
    void remove(int slot) {
        relink(slot, next(slot));
        // Twice, so that the load recovers while records go.
        shrink();
        shrink();
    }

    private void shrink() {
        if (2 * records.size() < buckets() && buckets() > CHUNK_BUCKETS) {
            mergeOne();
        }
    }

    /** Says that the record at {@code from} now is at {@code to}, too, and will be there only. */
    void moved(int from, int to) {
        relink(from, to);
    }

    /** Lets what points at {@code slot} point at {@code target}. */
    private void relink(int slot, int target) {
        int bucket = bucket(hash(slot));
        int at = head(bucket);
        if (at == slot) {
            head(bucket, target);
            return;
        }
        while (next(at) != slot) {
            at = next(at);
        }
        records.set(at, RecordStore.NEXT, target);
    }

    private void splitOne() {
        int low = split;
        int high = low + (1 << level);
        if (high >> CHUNK_BITS == allocatedChunks) {
            addChunk();
        }
        int lowTail = NONE;
        int highTail = NONE;
        int at = head(low);
        head(low, NONE);
        head(high, NONE);
        while (at != NONE) {
            int following = next(at);
            if ((hash(at) & (1 << level)) == 0) {
                append(low, lowTail, at);
                lowTail = at;
            } else {
                append(high, highTail, at);
                highTail = at;
            }
            at = following;
        }
        split++;
        if (split == 1 << level) {
            split = 0;
            level++;
        }
    }

    private void append(int bucket, int tail, int slot) {
        records.set(slot, RecordStore.NEXT, NONE);
        if (tail == NONE) {
            head(bucket, slot);
        } else {
            records.set(tail, RecordStore.NEXT, slot);
        }
    }

    private void mergeOne() {
        if (split == 0) {
            level--;
            split = 1 << level;
        }
        split--;
        int low = split;
        int high = low + (1 << level);
        int at = head(low);
        if (at == NONE) {
            head(low, head(high));
        } else {
            while (next(at) != NONE) {
                at = next(at);
            }
            records.set(at, RecordStore.NEXT, head(high));
        }
        head(high, NONE);
        dropChunkBehind(high);
    }

    private void addChunk() {
        if (allocatedChunks == heads.length) {
            int old = heads.length;
            heads = Arrays.copyOf(heads, old + Math.max(4, old >> 2));
            Arrays.fill(heads, old, heads.length, NO_CHUNK);
        }
        int[] chunk = new int[CHUNK_BUCKETS];
        Arrays.fill(chunk, NONE);
        heads[allocatedChunks] = chunk;
        allocatedChunks++;
    }

    /** {@code buckets} are left. One empty chunk is kept. */
    private void dropChunkBehind(int buckets) {
        int needed = (buckets + CHUNK_MASK) >> CHUNK_BITS;
        if (allocatedChunks > needed + 1) {
            allocatedChunks--;
            heads[allocatedChunks] = NO_CHUNK;
            if (allocatedChunks < heads.length / 4) {
                heads = Arrays.copyOf(heads, heads.length / 2);
            }
        }
    }

    /** What the arrays take, their headers included. */
    long capacityBytes() {
        return allocatedChunks * (16L + 4L * CHUNK_BUCKETS) + 16 + 4L * heads.length;
    }
}
