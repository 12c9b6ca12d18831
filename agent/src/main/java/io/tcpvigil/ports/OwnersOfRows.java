// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Brings the owners of several sockets together. */
final class OwnersOfRows {
    private OwnersOfRows() {}

    /** Each once; null when of no row one is known and of some row it is not known whether there is one. */
    static @Nullable List<PortOwners.Owner> of(PortOwners owners, SocketTable table, List<Integer> rows) {
        Set<PortOwners.Owner> found = new LinkedHashSet<>();
        boolean allKnown = true;
        for (int row : rows) {
            List<PortOwners.Owner> known = owners.of(table, row);
            if (known == null) {
                allKnown = false;
            } else {
                found.addAll(known);
            }
        }
        return found.isEmpty() && !allKnown ? null : new ArrayList<>(found);
    }
}
