// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.tcp.IpAddress;

/**
 * The ephemeral ports of one local address from which programs that bind before they connect take theirs. bind(2) leaves out
 * every port that is in use on its address, whatever the destination: such a program runs out for all destinations at once.
 *
 * @param source the address; the wildcard for sockets bound to all addresses
 * @param bound sockets whose port was chosen by bind(2)
 * @param portsUsed ephemeral ports that are in use on the address
 * @param portsAvailable how many there are, used ones included
 */
public record BindPool(IpAddress source, int bound, int portsUsed, int portsAvailable) {
    /** The share in use, 0 to 1; 0 for an empty range. */
    public double utilisation() {
        return portsAvailable == 0 ? 0 : (double) portsUsed / portsAvailable;
    }
}
