// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.tcp;

import java.util.OptionalLong;

/**
 * How many TCP sockets the kernel counts, whatever a dump shows: {@code /proc/net/sockstat} and {@code sockstat6}. Mind the
 * scopes: some are of the network namespace, some of the whole host.
 *
 * @param inUse full {@code AF_INET} sockets in the kernel's tables, listeners included; of the namespace
 * @param inUseIpv6 the same for {@code AF_INET6}; of the namespace; empty when IPv6 is switched off in the kernel
 * @param orphans full sockets that no process holds any more; of the whole host
 * @param timeWait minisocks of both families: TIME-WAIT, and FIN-WAIT-2 that no process holds; of the namespace
 * @param allocated all TCP sockets of both families, closed ones that a process still holds included; of the whole host
 * @param memoryPages buffer memory in pages; of the whole host
 */
public record SocketUsage(
        OptionalLong inUse,
        OptionalLong inUseIpv6,
        OptionalLong orphans,
        OptionalLong timeWait,
        OptionalLong allocated,
        OptionalLong memoryPages) {
    /** Nothing could be read. */
    public static final SocketUsage UNKNOWN = new SocketUsage(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
}
