// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Walks the descriptors of all processes, a part at a time. A visit to a process lists its descriptors and reads the links
 * of those only that were not there at the last visit, that were no sockets, or whose socket is gone or shared; so what stands
 * still costs a listing and no link.
 *
 * <p>New processes come first, then those in which new sockets were found of late, then all others in turn. When a round
 * through all of them has not found a socket, the next one believes nothing and reads every link; after that the
 * socket is given up as nobody's.
 */
final class DescriptorScan {
    private static final int MOST_BUSY = 16;
    private static final int LINKS_BETWEEN_CLOCKS = 64;

    private final ProcessFiles files;
    private final OwnerSets sets;
    private final InodeTable inodes;
    private final LongSupplier nanoClock;

    private final Map<Integer, ProcessEntry> processes = new HashMap<>();
    private final ArrayDeque<ProcessEntry> unvisited = new ArrayDeque<>();
    private final ArrayDeque<ProcessEntry> busy = new ArrayDeque<>();

    private List<ProcessEntry> round = List.of();
    private int roundAt;
    private int roundBegan;
    private boolean deep;

    private int wanted;
    private int unreadable;
    /** Whether a visit to the process at hand found the owner of a socket that was wanted. */
    private boolean found;

    DescriptorScan(ProcessFiles files, OwnerSets sets, InodeTable inodes, LongSupplier nanoClock) {
        this.files = files;
        this.sets = sets;
        this.inodes = inodes;
        this.nanoClock = nanoClock;
    }

    /** Says that so many sockets more are in the table as wanted. */
    void want(int more) {
        wanted += more;
    }

    /** How many sockets are looked for. */
    int wanted() {
        return wanted;
    }

    /** How many processes do not show their descriptors. */
    int unreadable() {
        return unreadable;
    }

    /** Processes that hold sockets. */
    Iterable<ProcessEntry> known() {
        return processes.values();
    }

    /**
     * Visits every process once.
     *
     * @throws IOException when {@code /proc} cannot be listed
     */
    void all(int look) throws IOException {
        reconcile();
        while (!unvisited.isEmpty()) {
            visit(unvisited.remove(), false, Long.MAX_VALUE);
        }
        beginRound(look, false);
        while (roundAt < round.size()) {
            visit(round.get(roundAt++), false, Long.MAX_VALUE);
        }
        wanted = inodes.wantedBy(look);
    }

    /**
     * Goes on until nothing is wanted any more, or time is up.
     *
     * @param huntUntil the clock when the search for wanted sockets ends
     * @param sweepUntil the clock when a round through the processes, on which new owners of known sockets are met, ends
     * @throws IOException when {@code /proc} cannot be listed
     */
    void part(int look, long huntUntil, long sweepUntil) throws IOException {
        reconcile();
        int rest = unvisited.size();
        while (!unvisited.isEmpty() && rest-- > 0 && before(huntUntil)) {
            ProcessEntry next = unvisited.remove();
            visit(next, false, huntUntil);
            if (next.unfinished) {
                // Behind the others: one with very many descriptors takes many looks, and they should not wait for it.
                unvisited.add(next);
            }
        }
        if (wanted > 0) {
            for (ProcessEntry process : new ArrayList<>(busy)) {
                if (wanted > 0 && before(huntUntil)) {
                    visit(process, false, huntUntil);
                }
            }
        }
        int visits = 0;
        while (unvisited.isEmpty() && visits <= 2 * processes.size() && before(wanted > 0 ? huntUntil : sweepUntil)) {
            if (roundAt == round.size()) {
                endRound(look);
            }
            if (roundAt < round.size()) {
                ProcessEntry process = round.get(roundAt);
                visit(process, deep, wanted > 0 ? huntUntil : sweepUntil);
                if (!process.unfinished) {
                    roundAt++;
                }
            }
            visits++;
            if (wanted == 0 && visits >= processes.size()) {
                return;
            }
        }
    }

    private boolean before(long deadline) {
        return deadline == Long.MAX_VALUE || nanoClock.getAsLong() - deadline < 0;
    }

    private void beginRound(int look, boolean readAll) {
        round = new ArrayList<>(processes.values());
        roundAt = 0;
        roundBegan = look;
        deep = readAll;
    }

    private void endRound(int look) {
        int old = wanted == 0 || roundBegan == 0 ? 0 : inodes.wantedBy(roundBegan);
        if (old > 0 && deep) {
            wanted = inodes.giveUp(roundBegan);
            old = 0;
        }
        beginRound(look, old > 0);
    }

    /** Brings the list of processes up to date. */
    private void reconcile() throws IOException {
        int[] pids = files.pids();
        if (pids.length != processes.size() || !allKnown(pids)) {
            for (int pid : pids) {
                if (!processes.containsKey(pid)) {
                    ProcessEntry entry = new ProcessEntry(pid);
                    processes.put(pid, entry);
                    unvisited.add(entry);
                }
            }
            processes.values().removeIf(entry -> {
                boolean gone = Arrays.binarySearch(pids, entry.pid) < 0;
                if (gone) {
                    forget(entry);
                }
                return gone;
            });
        }
    }

    private boolean allKnown(int[] pids) {
        for (int pid : pids) {
            if (!processes.containsKey(pid)) {
                return false;
            }
        }
        return true;
    }

    /** The process holds nothing any more; it may be another one with the same pid. */
    private void forget(ProcessEntry process) {
        for (int inode : process.inodes) {
            if (inode != 0) {
                release(process, inode);
            }
        }
        process.descriptors = new int[0];
        process.inodes = process.descriptors;
        process.index = -1;
        process.process = null;
        process.unfinished = false;
        if (process.unreadable) {
            process.unreadable = false;
            unreadable--;
        }
        busy.remove(process);
    }

    private void release(ProcessEntry process, int inode) {
        int set = inodes.get(inode);
        if (set >= 0 && process.index >= 0) {
            int rest = sets.without(set, process.index);
            if (rest < 0) {
                inodes.remove(inode);
            } else if (rest != set) {
                inodes.put(inode, rest);
            }
        }
    }

    private void visit(ProcessEntry process, boolean readAll, long deadline) {
        if (processes.get(process.pid) != process || (process.unreadable && !readAll)) {
            return;
        }
        ProcessFiles.Stat stat = files.stat(process.pid);
        if (stat.startTicks() != process.startTicks) {
            forget(process);
            process.startTicks = stat.startTicks();
        }
        if (stat.hasEnded() || stat.kernelThread()) {
            return;
        }
        int[] now = files.descriptors(process.pid);
        if (now == null) {
            noteRefusal(process, stat);
            return;
        }
        found = false;
        OwnerProcess known = process.process;
        if (known != null && !known.name().equals(stat.name())) {
            // It has started another program; systemd and container engines fork, move the child and then do so.
            process.process = owner(process.pid, stat);
            sets.replaceProcess(process.index, process.process);
        }
        merge(process, stat, now, readAll, deadline);
        if (found) {
            busy.remove(process);
            busy.addFirst(process);
            if (busy.size() > MOST_BUSY) {
                busy.removeLast();
            }
        }
    }

    /** Of those that cannot be listed, a zombie and one that just ended hold nothing. */
    private void noteRefusal(ProcessEntry process, ProcessFiles.Stat stat) {
        if (stat.state() != 'Z'
                && !process.unreadable
                && !files.stat(process.pid).hasEnded()) {
            forget(process);
            process.unreadable = true;
            unreadable++;
        }
    }

    /** Puts what is there now beside what was there before, both in ascending order. */
    private void merge(ProcessEntry process, ProcessFiles.Stat stat, int[] now, boolean readAll, long deadline) {
        int[] before = process.descriptors;
        int[] beforeInodes = process.inodes;
        int[] descriptors = new int[now.length];
        int[] held = new int[now.length];
        int count = 0;
        int old = 0;
        int links = 0;
        boolean timeIsUp = false;
        for (int descriptor : now) {
            while (old < before.length && before[old] < descriptor) {
                old++;
            }
            boolean remembered = old < before.length && before[old] == descriptor;
            int inode = remembered ? beforeInodes[old] : 0;
            if (!remembered || readAll || mayHaveChanged(inode)) {
                if (timeIsUp) {
                    // What was not there before is read at the next visit; for the rest, what was true stays true.
                    if (!remembered) {
                        continue;
                    }
                } else {
                    long read = files.socketInode(process.pid, descriptor);
                    links++;
                    timeIsUp = links % LINKS_BETWEEN_CLOCKS == 0 && !before(deadline);
                    if (read == ProcessFiles.REFUSED) {
                        noteRefusal(process, stat);
                        return;
                    }
                    if (read == ProcessFiles.CLOSED) {
                        continue;
                    }
                    inode = (int) read;
                    if (inode != 0) {
                        hold(process, stat, inode);
                    }
                }
            }
            descriptors[count] = descriptor;
            held[count] = inode;
            count++;
        }
        if (process.unreadable) {
            process.unreadable = false;
            unreadable--;
        }
        process.unfinished = timeIsUp;
        process.descriptors = count == now.length ? descriptors : Arrays.copyOf(descriptors, count);
        process.inodes = count == now.length ? held : Arrays.copyOf(held, count);
        releaseLost(process, beforeInodes);
    }

    /**
     * A descriptor number is used again as soon as it is free. One of a socket that is in the dumps and has no other owner
     * is still what it was; one of a file is believed to be until a round reads all.
     */
    private boolean mayHaveChanged(int inode) {
        if (inode == 0) {
            return false;
        }
        int set = inodes.get(inode);
        return set < 0 || sets.isShared(set);
    }

    OwnerProcess owner(int pid, ProcessFiles.Stat stat) {
        return new OwnerProcess(pid, stat.startTicks(), stat.name(), Placement.ofProcFile(files.cgroup(pid)));
    }

    private void hold(ProcessEntry process, ProcessFiles.Stat stat, int inode) {
        if (process.index < 0) {
            process.process = owner(process.pid, stat);
            process.index = sets.addProcess(process.process);
        }
        int set = inodes.get(inode);
        if (InodeTable.isWanted(set)) {
            wanted--;
            found = true;
        }
        int with = sets.with(set, process.index);
        if (with != set) {
            inodes.put(inode, with);
        }
    }

    /** Takes the process out of the owners of sockets that none of its descriptors is any more. */
    private void releaseLost(ProcessEntry process, int[] beforeInodes) {
        int @Nullable [] sorted = null;
        for (int i = 0; i < beforeInodes.length; i++) {
            int inode = beforeInodes[i];
            boolean samePlace = i < process.inodes.length && process.inodes[i] == inode;
            if (inode != 0 && !samePlace) {
                if (sorted == null) {
                    sorted = process.inodes.clone();
                    Arrays.sort(sorted);
                }
                if (Arrays.binarySearch(sorted, inode) < 0) {
                    release(process, inode);
                }
            }
        }
    }
}
