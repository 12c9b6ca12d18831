// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.StateCounts;

/**
 * The connections that this host opened from one address to one service. Each needs a local port of its own, TIME-WAIT
 * included: this is the set that runs out of ports.
 *
 * @param portsUsed how many of the ephemeral ports it holds
 * @param states its sockets by state
 */
public record DestinationUse(IpAddress source, IpAddress destination, int port, int portsUsed, StateCounts states) {

    /** The share of the ephemeral range in use, 0 to 1; 0 for an empty range. */
    public double utilisation(EphemeralRange range) {
        return range.size() == 0 ? 0 : (double) portsUsed / range.size();
    }
}
