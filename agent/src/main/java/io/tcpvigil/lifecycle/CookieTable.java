// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import java.util.Arrays;

/** A bounded table from cookie to one word: open addressing with linear probing, deletion by shifting back. */
final class CookieTable {
    /** What is asked when entries are sorted out. */
    interface Sieve {
        /** Whether to keep an entry. */
        boolean keeps(long value);
    }

    /** The value of a cookie that is not in the table. */
    static final long ABSENT = Long.MIN_VALUE;

    private static final int FEWEST = 64;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

    private final int most;
    private long[] cookies = new long[FEWEST];
    private long[] values = new long[FEWEST];
    private int size;

    /**
     * @param most how many entries there can be; those beyond are not taken
     */
    CookieTable(int most) {
        this.most = most;
    }

    int size() {
        return size;
    }

    /** Enters a cookie, which is not 0; false when the table is full. */
    boolean put(long cookie, long value) {
        if (2 * (size + 1) > cookies.length) {
            grow();
        }
        int at = find(cookie);
        if (cookies[at] == 0) {
            if (size == most) {
                return false;
            }
            cookies[at] = cookie;
            size++;
        }
        values[at] = value;
        return true;
    }

    /** Takes a cookie out; its value, or {@link #ABSENT}. */
    long take(long cookie) {
        if (size == 0 || cookie == 0) {
            return ABSENT;
        }
        int at = find(cookie);
        if (cookies[at] == 0) {
            return ABSENT;
        }
        long value = values[at];
        delete(at);
        return value;
    }

    boolean contains(long cookie) {
        return size > 0 && cookie != 0 && cookies[find(cookie)] != 0;
    }

    /** Asks for every entry whether it stays. One may be asked for twice. */
    void sift(Sieve sieve) {
        for (int at = 0; at < cookies.length && size > 0; at++) {
            // What shifts into the place is asked for in its turn.
            while (cookies[at] != 0 && !sieve.keeps(values[at])) {
                delete(at);
            }
        }
    }

    /** Forgets all; keeps the room, unless most of it was not used. */
    void clear() {
        if (cookies.length > FEWEST && size < cookies.length / 16) {
            cookies = new long[FEWEST];
            values = new long[FEWEST];
        } else if (size > 0) {
            Arrays.fill(cookies, 0);
        }
        size = 0;
    }

    /** Where the cookie is, or where it would be. */
    private int find(long cookie) {
        int mask = cookies.length - 1;
        int at = home(cookie, mask);
        while (cookies[at] != 0 && cookies[at] != cookie) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private static int home(long cookie, int mask) {
        long mixed = cookie * MIX;
        return (int) (mixed >>> 32) & mask;
    }

    private void delete(int from) {
        int mask = cookies.length - 1;
        int hole = from;
        int at = (hole + 1) & mask;
        while (cookies[at] != 0) {
            int distance = (at - home(cookies[at], mask)) & mask;
            if (distance >= ((at - hole) & mask)) {
                cookies[hole] = cookies[at];
                values[hole] = values[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        cookies[hole] = 0;
        size--;
    }

    private void grow() {
        long[] oldCookies = cookies;
        long[] oldValues = values;
        cookies = new long[2 * oldCookies.length];
        values = new long[2 * oldCookies.length];
        for (int i = 0; i < oldCookies.length; i++) {
            if (oldCookies[i] != 0) {
                int at = find(oldCookies[i]);
                cookies[at] = oldCookies[i];
                values[at] = oldValues[i];
            }
        }
    }

    long capacityBytes() {
        return 32 + 16L * cookies.length;
    }
}
