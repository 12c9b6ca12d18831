// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.LocalPorts;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.kernel.procfs.Sysctls;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortContext;
import io.tcpvigil.ports.PortOwners;
import io.tcpvigil.ports.TimeWaitReuse;
import io.tcpvigil.ports.UdpSockets;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketTable;
import java.util.List;

/**
 * Breaks full samples down by port, with what beside their rows decides about ports: the UDP sockets, and for somebody who waits
 * the TCP sockets whose port bind(2) chose, which costs a walk of the whole table. With 1,000 UDP sockets reading them took 0.6 ms.
 * Not thread-safe.
 */
final class PortSurvey implements AutoCloseable {
    /** Kernels without tcp_tw_reuse_delay wait for a second. */
    private static final long USUAL_REUSE_DELAY_MILLIS = 1000;

    private final LocalPorts local;
    private final SocketTable udp = new SocketTable();
    private final SocketTable bound = new SocketTable();
    private boolean withPools;

    /** Of the namespace in which the thread is that first looks. */
    PortSurvey(ProcFs procFs, boolean useNetlink) {
        this.local = new LocalPorts(procFs, useNetlink);
    }

    /** From now on asks for the sockets whose port bind(2) chose, too. */
    void withPools() {
        withPools = true;
    }

    /**
     * Looks at UDP and breaks a sample down.
     *
     * @param listening as {@link PortBreakdown#analyse} wants it
     * @param filter what UDP sockets must fit, too
     * @param owners who holds them; null when nobody asked
     * @param problems takes what could not be read, one line each
     */
    PortBreakdown look(
            SocketTable table,
            SocketTable listening,
            Sysctls sysctls,
            @Nullable EphemeralRange range,
            SocketFilter filter,
            SocketFilter.ProcessLookup processes,
            @Nullable PortOwners owners,
            List<String> problems) {
        boolean portsChosen = local.dumpUdp(udp);
        if (!udp.coverage().isComplete()) {
            problems.add("UDP: " + udp.coverage().reason());
        }
        udp.retain(filter, processes);
        if (withPools) {
            local.dumpBound(bound);
            if (!bound.coverage().isComplete()) {
                problems.add("pools: " + bound.coverage().reason());
            }
        }
        TimeWaitReuse reuse = sysctls.tcpTwReuse().isEmpty()
                ? TimeWaitReuse.UNKNOWN
                : new TimeWaitReuse(
                        sysctls.tcpTwReuse().getAsLong(),
                        sysctls.tcpTwReuseDelayMillis().orElse(USUAL_REUSE_DELAY_MILLIS));
        return PortBreakdown.analyse(
                table,
                listening,
                new PortContext(
                        range,
                        reuse,
                        withPools && bound.coverage().isComplete() ? bound : null,
                        udp.coverage().extent() == Coverage.Extent.FAILED ? null : new UdpSockets(udp, portsChosen),
                        owners));
    }

    @Override
    public void close() {
        local.close();
    }
}
