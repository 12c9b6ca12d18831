// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.Endpoint;
import java.util.List;

/**
 * One local port on which UDP sockets wait for anybody's datagrams.
 *
 * @param locals where, one for each socket
 * @param surelyServes whether it does; else it may be a client's, for the kernel gave it a port of the ephemeral range or a
 *     program chose that, and which of both is not told
 * @param receiveQueueBytes what waits to be read, with the kernel's overhead; {@link PortUse#UNKNOWN} when not told
 * @param owners the processes that wait, as far as known; null when none is known, or nobody asked
 */
public record UdpPort(
        int port,
        List<Endpoint> locals,
        boolean surelyServes,
        long receiveQueueBytes,
        @Nullable List<PortOwners.Owner> owners) {
    public UdpPort {
        locals = List.copyOf(locals);
        owners = owners == null ? null : List.copyOf(owners);
    }
}
