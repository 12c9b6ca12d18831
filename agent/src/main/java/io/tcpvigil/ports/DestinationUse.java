// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.StateCounts;

/**
 * The connections that this host opened from one address to one service. Each needs a local port of its own, TIME-WAIT
 * included: this is the set that runs out of ports.
 *
 * @param portsUsed how many of the ephemeral ports it holds
 * @param portsAvailable how many ephemeral ports it can have, used ones included: connect(2) passes over those that a bind(2)
 *     holds, on whatever address. A range that a program set for itself (IP_LOCAL_PORT_RANGE) is not told
 * @param portsReusable how many of the used ones are held by a TIME-WAIT that a new connection may take over, at most;
 *     {@link #UNKNOWN} when the kernel's settings are not known
 * @param states its sockets by state
 */
public record DestinationUse(
        IpAddress source,
        IpAddress destination,
        int port,
        int portsUsed,
        int portsAvailable,
        int portsReusable,
        StateCounts states) {
    public static final int UNKNOWN = -1;

    /** The share of the available ports in use, 0 to 1; 0 when there are none. */
    public double utilisation() {
        return portsAvailable == 0 ? 0 : (double) portsUsed / portsAvailable;
    }
}
