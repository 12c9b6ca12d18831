// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import java.util.Arrays;

/**
 * Fixed-width records of ints, packed into chunks of 1024: record n is always the n-th, and there are no holes, because a
 * removed record is overwritten with the last. Growing adds a chunk and shrinking drops one; nothing is ever copied but
 * the one record.
 *
 * <p>A record is {@link #HEADER_INTS} ints of what is known of a connection and then its key:
 *
 * <pre>
 *   0  cookie, low half         4  since, bits 31-0 (ms)
 *   1  cookie, high half        5  flags, see {@link Flags}
 *   2  inode, or a due time     6  next record of the hash chain
 *   3  born, bits 31-0 (ms)     7  the record that followed in the last dump
 *   8  ports: local in the high half, remote in the low
 *   9  local address, then remote address: 1 + 1 ints (IPv4) or 4 + 4 (IPv6)
 * </pre>
 *
 * That is 44 bytes for IPv4 and 68 for IPv6. Times are milliseconds in 40 bits, which last for 34 years.
 */
final class RecordStore {
    static final int COOKIE_LOW = 0;
    static final int COOKIE_HIGH = 1;
    /**
     * Of a full socket its inode, or once destroyed the time when; of a minisock or a request the time when its timer
     * runs out. Times are the low 32 bits of a tick, good for 24 days around now.
     */
    static final int AUX = 2;

    static final int BORN = 3;
    static final int SINCE = 4;
    static final int FLAGS = 5;
    static final int NEXT = 6;
    static final int SUCCESSOR = 7;
    static final int KEY = 8;
    static final int HEADER_INTS = 8;

    /** Ports and two addresses of 32 bits. */
    static final int IPV4_KEY_INTS = 3;
    /** Ports and two addresses of 128 bits. */
    static final int IPV6_KEY_INTS = 9;

    private static final int CHUNK_BITS = 10;
    static final int CHUNK_RECORDS = 1 << CHUNK_BITS;
    private static final int CHUNK_MASK = CHUNK_RECORDS - 1;
    private static final int[] NO_CHUNK = {};
    /** 40 bits: what a time is kept in. */
    static final long TICK_MASK = (1L << 40) - 1;

    private static final int BORN_HIGH_SHIFT = 16;
    private static final int SINCE_HIGH_SHIFT = 24;

    private final int keyInts;
    private final int width;
    private int[][] chunks = new int[4][];
    private int allocatedChunks;
    private int size;

    RecordStore(int keyInts) {
        this.keyInts = keyInts;
        this.width = HEADER_INTS + keyInts;
        Arrays.fill(chunks, NO_CHUNK);
    }

    int size() {
        return size;
    }

    int keyInts() {
        return keyInts;
    }

    /** The array in which record {@code slot} lies, from {@link #base} on. Valid until records are added or removed. */
    int[] chunk(int slot) {
        return chunks[slot >> CHUNK_BITS];
    }

    int base(int slot) {
        return (slot & CHUNK_MASK) * width;
    }

    int get(int slot, int field) {
        return chunk(slot)[base(slot) + field];
    }

    void set(int slot, int field, int value) {
        chunk(slot)[base(slot) + field] = value;
    }

    long cookie(int slot) {
        int[] chunk = chunk(slot);
        int base = base(slot);
        return (chunk[base + COOKIE_LOW] & 0xFFFF_FFFFL) | ((long) chunk[base + COOKIE_HIGH] << 32);
    }

    void cookie(int slot, long cookie) {
        set(slot, COOKIE_LOW, (int) cookie);
        set(slot, COOKIE_HIGH, (int) (cookie >>> 32));
    }

    /** When the connection was born, in ticks of the tracker. */
    long born(int slot) {
        return time(slot, BORN, BORN_HIGH_SHIFT);
    }

    void born(int slot, long tick) {
        setTime(slot, BORN, BORN_HIGH_SHIFT, tick);
    }

    /** When the connection entered its state, in ticks of the tracker. */
    long since(int slot) {
        return time(slot, SINCE, SINCE_HIGH_SHIFT);
    }

    void since(int slot, long tick) {
        setTime(slot, SINCE, SINCE_HIGH_SHIFT, tick);
    }

    private long time(int slot, int field, int highShift) {
        int[] chunk = chunk(slot);
        int base = base(slot);
        int high = (chunk[base + FLAGS] >>> highShift) & 0xFF;
        return ((long) high << 32) | (chunk[base + field] & 0xFFFF_FFFFL);
    }

    private void setTime(int slot, int field, int highShift, long tick) {
        int[] chunk = chunk(slot);
        int base = base(slot);
        int high = (int) ((tick & TICK_MASK) >>> 32);
        chunk[base + FLAGS] = (chunk[base + FLAGS] & ~(0xFF << highShift)) | (high << highShift);
        chunk[base + field] = (int) tick;
    }

    boolean hasKey(int slot, int[] key) {
        int[] chunk = chunk(slot);
        int at = base(slot) + KEY;
        for (int i = 0; i < keyInts; i++) {
            if (chunk[at + i] != key[i]) {
                return false;
            }
        }
        return true;
    }

    /** Adds a record with this key and zeros; its number. */
    int append(int[] key) {
        int slot = size;
        int chunkNumber = slot >> CHUNK_BITS;
        if (chunkNumber == allocatedChunks) {
            addChunk();
        }
        size++;
        int[] chunk = chunks[chunkNumber];
        int base = base(slot);
        Arrays.fill(chunk, base, base + HEADER_INTS, 0);
        System.arraycopy(key, 0, chunk, base + KEY, keyInts);
        return slot;
    }

    private void addChunk() {
        if (allocatedChunks == chunks.length) {
            int old = chunks.length;
            chunks = Arrays.copyOf(chunks, old + Math.max(4, old >> 2));
            Arrays.fill(chunks, old, chunks.length, NO_CHUNK);
        }
        chunks[allocatedChunks] = new int[CHUNK_RECORDS * width];
        allocatedChunks++;
    }

    /** Puts the last record over {@code slot}. */
    void moveLastTo(int slot) {
        int last = size - 1;
        System.arraycopy(chunk(last), base(last), chunk(slot), base(slot), width);
    }

    /**
     * Drops the last record. An eighth more than needed is kept, at least one chunk: a dump brings its new connections before it
     * ends those that are missing, and this must not cost a chunk each time.
     */
    void dropLast() {
        size--;
        int needed = (size + CHUNK_MASK) >> CHUNK_BITS;
        if (allocatedChunks > needed + Math.max(1, needed >> 3)) {
            allocatedChunks--;
            chunks[allocatedChunks] = NO_CHUNK;
            if (allocatedChunks < chunks.length / 4) {
                chunks = Arrays.copyOf(chunks, chunks.length / 2);
            }
        }
    }

    /** What the arrays take, their headers included. */
    long capacityBytes() {
        return allocatedChunks * (16L + 4L * CHUNK_RECORDS * width) + 16 + 4L * chunks.length;
    }
}
