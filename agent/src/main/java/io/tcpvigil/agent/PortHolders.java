// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

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
    public List<Owner> of(SocketTable table, int row) {
        List<Owner> owners = new ArrayList<>();
        for (OwnerProcess process : map.holders(table.inode(row))) {
            owners.add(new Owner(process.pid(), process.name()));
        }
        return owners;
    }
}
