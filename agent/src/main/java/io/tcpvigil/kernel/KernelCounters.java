// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.kernel.procfs.Counters;
import io.tcpvigil.kernel.procfs.NetstatFile;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.kernel.procfs.SnmpFile;
import io.tcpvigil.kernel.procfs.SockstatFile;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.SocketUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What the kernel itself counts of TCP in a network namespace. Not thread-safe. */
public final class KernelCounters {
    private final SnmpFile snmp;
    private final NetstatFile netstat;
    private final SockstatFile sockstat;

    /**
     * What could be read at one moment, and what could not.
     *
     * @param problems one line for each file that could not be read; what it would have told is unknown
     */
    public record Reading(KernelEvents events, SocketUsage usage, List<String> problems) {
        public Reading {
            problems = List.copyOf(problems);
        }
    }

    public KernelCounters(ProcFs procFs) {
        this.snmp = new SnmpFile(procFs);
        this.netstat = new NetstatFile(procFs);
        this.sockstat = new SockstatFile(procFs);
    }

    /** Reads all three files, some 20 microseconds; never throws for what the kernel says. */
    public Reading read() {
        List<String> problems = new ArrayList<>();
        KernelEvents.Builder events = new KernelEvents.Builder();
        SocketUsage usage = SocketUsage.UNKNOWN;
        try {
            put(snmp.readTcp(), false, events);
        } catch (IOException unreadable) {
            problems.add(String.valueOf(unreadable.getMessage()));
        }
        try {
            put(netstat.readTcpExt(), true, events);
        } catch (IOException unreadable) {
            problems.add(String.valueOf(unreadable.getMessage()));
        }
        try {
            usage = sockstat.read();
        } catch (IOException unreadable) {
            problems.add(String.valueOf(unreadable.getMessage()));
        }
        return new Reading(events.build(), usage, problems);
    }

    private static void put(Counters counters, boolean extended, KernelEvents.Builder events) {
        for (KernelEvent event : KernelEvent.values()) {
            if (event.isExtended() == extended) {
                events.put(event, counters.get(event.kernelName()));
            }
        }
    }
}
