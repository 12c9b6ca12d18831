// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.tcp.SocketTable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** Rows gathered by what a finding would be about. */
final class Groups {
    /** Rows of one scope. */
    static final class Group {
        final Scope scope;
        int[] rows = new int[8];
        int size;
        /** Who holds them; {@link Holders#UNKNOWN} when they are not gathered by that. */
        int holders = Holders.UNKNOWN;

        Group(Scope scope) {
            this.scope = scope;
        }

        void add(int row) {
            if (size == rows.length) {
                rows = Arrays.copyOf(rows, 2 * size);
            }
            rows[size++] = row;
        }

        /** The number of rows for which something holds. */
        int count(IntPredicate condition) {
            int count = 0;
            for (int i = 0; i < size; i++) {
                if (condition.test(rows[i])) {
                    count++;
                }
            }
            return count;
        }
    }

    private Groups() {}

    /** By the process that holds them, where that is known, else by the port that is known to others. */
    static Iterable<Group> byHolder(Observation now, Rows rows, int[] of) {
        Map<Scope, Group> groups = new LinkedHashMap<>();
        Map<Integer, Group> byNumber = new HashMap<>();
        for (int row : of) {
            int number = now.holders().of(now.table(), row);
            Group group = number == Holders.UNKNOWN ? null : byNumber.get(number);
            if (group == null) {
                Scope scope = scope(now, rows, row, number);
                group = groups.computeIfAbsent(scope, Group::new);
                group.holders = number;
                if (number != Holders.UNKNOWN) {
                    byNumber.put(number, group);
                }
            }
            group.add(row);
        }
        return groups.values();
    }

    private static Scope scope(Observation now, Rows rows, int row, int number) {
        if (number != Holders.UNKNOWN && !now.holders().processes(number).isEmpty()) {
            return Scope.process(now.holders().processes(number).get(0));
        }
        return rows.serves(now.table().localPort(row))
                ? Scope.port(now.table().localPort(row))
                : destination(now.table(), row);
    }

    /** By where they go. */
    static Iterable<Group> byDestination(SocketTable table, int[] of) {
        Map<Scope, Group> groups = new LinkedHashMap<>();
        for (int row : of) {
            groups.computeIfAbsent(destination(table, row), Group::new).add(row);
        }
        return groups.values();
    }

    private static Scope destination(SocketTable table, int row) {
        return Scope.destination(table.remote(row).address().onWire(), table.remotePort(row));
    }
}
