// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sets of processes by number, so that a socket's owners are one {@code int}. Most sockets have one owner; workers that
 * share a listener make one set for all of them. A process stays known as long as a set with it is in use, also when it has
 * ended.
 */
final class OwnerSets {
    private final List<@Nullable OwnerProcess> processes = new ArrayList<>();
    private final List<int @Nullable []> sets = new ArrayList<>();
    private final Map<IntBuffer, Integer> numbers = new HashMap<>();

    /** How many sets there are, those that nobody uses any more included until the next {@link #keep}. */
    int size() {
        return numbers.size();
    }

    /** Enters a process and gives its index. */
    int addProcess(OwnerProcess process) {
        int free = processes.indexOf(null);
        if (free >= 0) {
            processes.set(free, process);
            return free;
        }
        processes.add(process);
        return processes.size() - 1;
    }

    /** Puts what is now known of a process in the place of what was. */
    void replaceProcess(int index, OwnerProcess process) {
        processes.set(index, process);
    }

    /** The number of the set with {@code process} in it beside all of {@code set}; a negative one is the empty set. */
    int with(int set, int process) {
        int[] members = set < 0 ? new int[0] : members(set);
        int at = Arrays.binarySearch(members, process);
        if (at >= 0) {
            return set;
        }
        int[] larger = new int[members.length + 1];
        System.arraycopy(members, 0, larger, 0, -at - 1);
        larger[-at - 1] = process;
        System.arraycopy(members, -at - 1, larger, -at, members.length + at + 1);
        return number(larger);
    }

    /** The number of the set without {@code process}; {@link InodeTable#ABSENT} when nobody is left. */
    int without(int set, int process) {
        int[] members = members(set);
        int at = Arrays.binarySearch(members, process);
        if (at < 0) {
            return set;
        }
        if (members.length == 1) {
            return InodeTable.ABSENT;
        }
        int[] smaller = new int[members.length - 1];
        System.arraycopy(members, 0, smaller, 0, at);
        System.arraycopy(members, at + 1, smaller, at, smaller.length - at);
        return number(smaller);
    }

    /** The number of the set of all that are in one of the two; a negative one is the empty set. */
    int union(int first, int second) {
        if (first < 0 || first == second) {
            return second;
        }
        int union = first;
        for (int process : second < 0 ? new int[0] : members(second)) {
            union = with(union, process);
        }
        return union;
    }

    boolean isShared(int set) {
        return members(set).length > 1;
    }

    /** The processes of a set, lowest pid first. */
    List<OwnerProcess> processes(int set) {
        List<OwnerProcess> found = new ArrayList<>();
        for (int member : members(set)) {
            OwnerProcess process = processes.get(member);
            if (process != null) {
                found.add(process);
            }
        }
        found.sort((a, b) -> Integer.compare(a.pid(), b.pid()));
        return List.copyOf(found);
    }

    private int[] members(int set) {
        int[] members = sets.get(set);
        if (members == null) {
            throw new IllegalStateException("set " + set + " was given up");
        }
        return members;
    }

    private int number(int[] members) {
        IntBuffer key = IntBuffer.wrap(members);
        Integer known = numbers.get(key);
        if (known != null) {
            return known;
        }
        int free = numbers.size() < sets.size() ? sets.indexOf(null) : -1;
        int number = free;
        if (free < 0) {
            number = sets.size();
            sets.add(members);
        } else {
            sets.set(free, members);
        }
        numbers.put(key, number);
        return number;
    }

    /** Forgets all sets but {@code used}, and the processes that are in none of those nor in {@code alive}. */
    void keep(BitSet used, BitSet alive) {
        BitSet processesKept = (BitSet) alive.clone();
        for (int set = 0; set < sets.size(); set++) {
            int[] members = sets.get(set);
            if (members == null) {
                continue;
            }
            if (used.get(set)) {
                for (int member : members) {
                    processesKept.set(member);
                }
            } else {
                sets.set(set, null);
                numbers.remove(IntBuffer.wrap(members));
            }
        }
        for (int process = 0; process < processes.size(); process++) {
            if (!processesKept.get(process)) {
                processes.set(process, null);
            }
        }
    }
}
