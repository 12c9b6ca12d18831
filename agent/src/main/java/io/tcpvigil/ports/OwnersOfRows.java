// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Brings the owners of several sockets together. */
final class OwnersOfRows {
    private OwnersOfRows() {}

    /** Each once. */
    static List<PortOwners.Owner> of(PortOwners owners, SocketTable table, List<Integer> rows) {
        Set<PortOwners.Owner> found = new LinkedHashSet<>();
        rows.forEach(row -> found.addAll(owners.of(table, row)));
        return new ArrayList<>(found);
    }
}
