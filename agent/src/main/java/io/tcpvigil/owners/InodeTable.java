// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import java.util.Arrays;
import java.util.BitSet;

/**
 * From the inode of a socket to its set of owners: open addressing with linear probing in primitive arrays, deletion by
 * shifting back. 12 bytes a place, at most half of the places taken.
 */
final class InodeTable {
    /** The inode is not in the table. */
    static final int ABSENT = -1;
    /** All processes that can be read were read, and none holds it. */
    static final int NOBODY = Integer.MIN_VALUE;

    private static final int FEWEST = 1024;
    private static final int MIX = 0x9E37_79B9;

    private int[] inodes = new int[FEWEST];
    private int[] sets = new int[FEWEST];
    private int[] seen = new int[FEWEST];
    private int size;

    int size() {
        return size;
    }

    /** The set of owners; {@link #ABSENT}, {@link #NOBODY}, or what {@link #wantedSince} made. */
    int get(int inode) {
        int at = find(inode);
        return inodes[at] == 0 ? ABSENT : sets[at];
    }

    /** The value of an inode whose owner has been looked for since a look. */
    static int wantedSince(int look) {
        return -2 - look;
    }

    /** Whether the value is that of an inode whose owner is looked for. */
    static boolean isWanted(int value) {
        return value < ABSENT && value != NOBODY;
    }

    /** Whether the value is that of an inode that was looked for at {@code look} or before. */
    static boolean isWantedBy(int value, int look) {
        return isWanted(value) && value >= wantedSince(look);
    }

    void put(int inode, int value) {
        if (2 * (size + 1) > inodes.length) {
            grow();
        }
        int at = find(inode);
        if (inodes[at] == 0) {
            inodes[at] = inode;
            seen[at] = 0;
            size++;
        }
        sets[at] = value;
    }

    /** The same as {@link #get}, and notes that a dump showed the inode at {@code look}, which is not 0. */
    int note(int inode, int look) {
        int at = find(inode);
        if (inodes[at] == 0) {
            return ABSENT;
        }
        seen[at] = look;
        return sets[at];
    }

    /** Enters an inode that a dump showed at {@code look} and whose owner is to be found. */
    void want(int inode, int look) {
        put(inode, wantedSince(look));
        seen[find(inode)] = look;
    }

    void remove(int inode) {
        int at = find(inode);
        if (inodes[at] != 0) {
            delete(at);
        }
    }

    /** Forgets those that a dump once showed but the one of {@code look} did not. */
    void sift(int look) {
        for (int at = 0; at < inodes.length; at++) {
            while (inodes[at] != 0 && seen[at] != 0 && seen[at] != look) {
                delete(at);
            }
        }
    }

    /** Looks for the owners of all that nobody was found to hold once more; how many those are. */
    int retry(int look) {
        int wanted = 0;
        for (int at = 0; at < inodes.length; at++) {
            if (inodes[at] != 0 && sets[at] == NOBODY) {
                sets[at] = wantedSince(look);
                wanted++;
            }
        }
        return wanted;
    }

    /** Gives up on those that have been wanted since {@code look} or before; how many are still wanted. */
    int giveUp(int look) {
        int wanted = 0;
        for (int at = 0; at < inodes.length; at++) {
            if (inodes[at] != 0 && isWanted(sets[at])) {
                if (isWantedBy(sets[at], look)) {
                    sets[at] = NOBODY;
                } else {
                    wanted++;
                }
            }
        }
        return wanted;
    }

    /** How many have been wanted since {@code look} or before. */
    int wantedBy(int look) {
        int wanted = 0;
        for (int at = 0; at < inodes.length; at++) {
            if (inodes[at] != 0 && isWantedBy(sets[at], look)) {
                wanted++;
            }
        }
        return wanted;
    }

    /** Adds the numbers of all sets in use. */
    void markSets(BitSet used) {
        for (int at = 0; at < inodes.length; at++) {
            if (inodes[at] != 0 && sets[at] >= 0) {
                used.set(sets[at]);
            }
        }
    }

    private int find(int inode) {
        int mask = inodes.length - 1;
        int at = home(inode, mask);
        while (inodes[at] != 0 && inodes[at] != inode) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private static int home(int inode, int mask) {
        int mixed = inode * MIX;
        return (mixed ^ mixed >>> 15) & mask;
    }

    private void delete(int from) {
        int mask = inodes.length - 1;
        int hole = from;
        int at = (hole + 1) & mask;
        while (inodes[at] != 0) {
            int distance = (at - home(inodes[at], mask)) & mask;
            if (distance >= ((at - hole) & mask)) {
                inodes[hole] = inodes[at];
                sets[hole] = sets[at];
                seen[hole] = seen[at];
                hole = at;
            }
            at = (at + 1) & mask;
        }
        inodes[hole] = 0;
        size--;
    }

    private void grow() {
        int[] oldInodes = inodes;
        int[] oldSets = sets;
        int[] oldSeen = seen;
        inodes = new int[2 * oldInodes.length];
        sets = Arrays.copyOf(oldSets, inodes.length);
        seen = Arrays.copyOf(oldSeen, inodes.length);
        for (int i = 0; i < oldInodes.length; i++) {
            if (oldInodes[i] != 0) {
                int at = find(oldInodes[i]);
                inodes[at] = oldInodes[i];
                sets[at] = oldSets[i];
                seen[at] = oldSeen[i];
            }
        }
    }
}
