// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.owners.OwnerProcess;
import io.tcpvigil.ports.PortOwners;
import io.tcpvigil.tcp.SocketTable;
import java.util.ArrayList;
import java.util.List;

/**
 * What the map of owners knows, in the terms of ports.
 *
 * @param map to be read before the breakdown of ports that this is for
 */
public record PortHolders(OwnerMap map) implements PortOwners {
    @Override
    public @Nullable List<Owner> of(SocketTable table, int row) {
        long inode = table.inode(row);
        List<Owner> owners = new ArrayList<>();
        for (OwnerProcess process : map.holders(inode)) {
            owners.add(new Owner(process.pid(), process.name()));
        }
        // An inode stands for a file that somebody holds: whom it is not known of does not show it, or was not visited
        // yet.
        return owners.isEmpty() && inode != 0 ? null : owners;
    }
}
