// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketTable;

/**
 * What besides the dump itself decides how many ports are free.
 *
 * @param range the ephemeral ports of the namespace; null when not known
 * @param reuse what may be taken over from TIME-WAIT
 * @param bound TCP sockets whose port was chosen by bind(2), other than listeners; null when nobody asked, and then only
 *     those that are not connected are known, as far as the dump has them
 * @param udp the UDP sockets; null when nobody asked
 * @param owners who holds them; null when nobody asked
 */
public record PortContext(
        @Nullable EphemeralRange range,
        TimeWaitReuse reuse,
        @Nullable SocketTable bound,
        @Nullable UdpSockets udp,
        @Nullable PortOwners owners) {
    /** The same with owners. */
    public PortContext with(@Nullable PortOwners known) {
        return new PortContext(range, reuse, bound, udp, known);
    }

    /** Nothing but the range. */
    public static PortContext of(@Nullable EphemeralRange range) {
        return new PortContext(range, TimeWaitReuse.UNKNOWN, null, null, null);
    }
}
