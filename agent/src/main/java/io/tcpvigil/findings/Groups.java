// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Rows gathered by what a finding would be about. Of one detector: groups and their arrays are used again, so that a look makes
 * no garbage for each row. Valid until it gathers again.
 */
final class Groups {
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final List<Group> pool = new ArrayList<>();
    private int count;
    /** Groups by the hash of what they have in common, plus one; open addressing. */
    private int[] slots = new int[64];
    /** Groups by the number of the holders of a row, plus one. */
    private int[] byNumber = new int[64];

    private final Map<Holder, Group> byHolder = new HashMap<>();

    int count() {
        return count;
    }

    Group get(int index) {
        return pool.get(index);
    }

    /** By where they go. */
    Groups byDestination(SocketTable table, RowList of) {
        return gather(table, of, Group.By.DESTINATION);
    }

    /** By the address of the peer. */
    Groups byPeer(SocketTable table, RowList of) {
        return gather(table, of, Group.By.PEER);
    }

    Groups byLocalPort(SocketTable table, RowList of) {
        return gather(table, of, Group.By.LOCAL_PORT);
    }

    private Groups gather(SocketTable table, RowList of, Group.By by) {
        clear();
        for (int i = 0; i < of.size(); i++) {
            find(table, of.get(i), by).rows.add(of.get(i));
        }
        return this;
    }

    /** By the process that holds them, where that is known, else by the port that is known to others. */
    Groups byHolder(Observation now, Rows rows, RowList of) {
        clear();
        SocketTable table = now.table();
        for (int i = 0; i < of.size(); i++) {
            int row = of.get(i);
            Group group = holding(now, now.holders().of(table, row));
            if (group == null) {
                boolean serves = rows.serves(table.localPort(row));
                group = find(table, row, serves ? Group.By.LOCAL_PORT : Group.By.DESTINATION);
            }
            group.rows.add(row);
        }
        return this;
    }

    /**
     * Puts together the processes of each service or container that are below a threshold, each by itself: many workers that
     * leak a little are one leak.
     */
    void uniteWorkers(ToIntFunction<Group> value, double threshold) {
        Map<String, Group> units = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Group group = pool.get(i);
            Holder holder = group.holder;
            if (holder == null || !holder.isInService() || value.applyAsInt(group) >= threshold) {
                continue;
            }
            Group first = units.putIfAbsent(String.valueOf(holder.unit()), group);
            if (first != null) {
                first.by = Group.By.UNIT;
                first.rows.addAll(group.rows);
                // The last one takes its place, and is looked at next.
                count--;
                pool.set(i, pool.get(count));
                pool.set(count, group);
                i--;
            }
        }
    }

    private void clear() {
        count = 0;
        Arrays.fill(slots, 0);
        Arrays.fill(byNumber, 0);
        byHolder.clear();
    }

    private Group begin(Group.By by, @Nullable Holder holder) {
        if (count == pool.size()) {
            pool.add(new Group());
        }
        Group group = pool.get(count++);
        group.begin(by, holder);
        return group;
    }

    private @Nullable Group holding(Observation now, int number) {
        if (number == Holders.UNKNOWN) {
            return null;
        }
        if (number >= byNumber.length) {
            byNumber = Arrays.copyOf(byNumber, 2 * number);
        }
        if (byNumber[number] > 0) {
            return pool.get(byNumber[number] - 1);
        }
        List<Holder> holders = now.holders().processes(number);
        if (holders.isEmpty()) {
            return null;
        }
        Group group = byHolder.get(holders.get(0));
        if (group == null) {
            byNumber[number] = count + 1;
            group = begin(Group.By.PROCESS, holders.get(0));
            byHolder.put(holders.get(0), group);
        }
        return group;
    }

    private Group find(SocketTable table, int row, Group.By by) {
        if (2 * count >= slots.length) {
            grow(table);
        }
        int mask = slots.length - 1;
        int slot = hash(table, row, by) & mask;
        while (slots[slot] != 0) {
            Group found = pool.get(slots[slot] - 1);
            if (found.by == by && isAlike(table, found.first(), row, by)) {
                return found;
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = count + 1;
        return begin(by, null);
    }

    private void grow(SocketTable table) {
        slots = new int[2 * slots.length];
        int mask = slots.length - 1;
        for (int i = 0; i < count; i++) {
            Group group = pool.get(i);
            if (group.by != Group.By.PROCESS) {
                int slot = hash(table, group.first(), group.by) & mask;
                while (slots[slot] != 0) {
                    slot = (slot + 1) & mask;
                }
                slots[slot] = i + 1;
            }
        }
    }

    private static boolean isAlike(SocketTable table, int one, int other, Group.By by) {
        if (by == Group.By.LOCAL_PORT) {
            return table.localPort(one) == table.localPort(other);
        }
        return havePeerInCommon(table, one, other)
                && (by == Group.By.PEER || table.remotePort(one) == table.remotePort(other));
    }

    /** Whether two connections are with the same address; told without making an object of it. */
    static boolean havePeerInCommon(SocketTable table, int one, int other) {
        return peerLow(table, one) == peerLow(table, other)
                && table.remoteHigh(one) == table.remoteHigh(other)
                && isIpv6OnWire(table, one) == isIpv6OnWire(table, other);
    }

    private static int hash(SocketTable table, int row, Group.By by) {
        long key = by == Group.By.LOCAL_PORT
                ? table.localPort(row)
                : ((peerLow(table, row) * SPREAD) ^ table.remoteHigh(row)) * SPREAD
                        + (by == Group.By.PEER ? 0 : table.remotePort(row));
        return (int) ((key * SPREAD) >>> 32);
    }

    /** A v4-mapped address is the IPv4 address that is on the wire. */
    private static long peerLow(SocketTable table, int row) {
        return isIpv6OnWire(table, row) ? table.remoteLow(row) : table.remoteLow(row) & 0xFFFF_FFFFL;
    }

    private static boolean isIpv6OnWire(SocketTable table, int row) {
        return table.isIpv6(row) && !IpAddress.isMapped(table.isIpv6(row), table.remoteHigh(row), table.remoteLow(row));
    }
}
