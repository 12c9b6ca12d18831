// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The limits of TCP, of ports and of open files below {@code sys} ({@code Documentation/networking/ip-sysctl.rst}), as they were at
 * one moment. They are those of the network namespace of the thread that reads, unless said otherwise. A value is empty
 * when this kernel, or this namespace, has no such file, or when the file is named in {@code problems}.
 *
 * @param localPortRange {@code ip_local_port_range}: where ephemeral ports are taken from
 * @param localReservedPorts {@code ip_local_reserved_ports}: never taken automatically; ascending, without overlaps
 * @param tcpMaxTwBuckets {@code tcp_max_tw_buckets}: how many minisocks there may be
 * @param tcpMaxOrphans {@code tcp_max_orphans}: of the whole host; only the initial namespace has the file
 * @param tcpFinTimeoutSeconds {@code tcp_fin_timeout}: life of a FIN-WAIT-2 that no process holds; not that of TIME-WAIT
 * @param tcpTwReuse {@code tcp_tw_reuse}: 0 never, 1 always, 2 on loopback only
 * @param tcpTwReuseDelayMillis {@code tcp_tw_reuse_delay}: age at which a TIME-WAIT may be reused; newer than Linux 6.12
 * @param somaxconn {@code core/somaxconn}: upper bound of every accept queue
 * @param tcpMaxSynBacklog {@code tcp_max_syn_backlog}: bound of a SYN queue when SYN cookies are off
 * @param tcpSyncookies {@code tcp_syncookies}: 0 off, 1 when the SYN queue is full, 2 always
 * @param tcpEhashEntries {@code tcp_ehash_entries}: size of the established hash; negative when the namespace shares the
 *     one of the host, whose size it is then
 * @param tcpMem {@code tcp_mem}: of the whole host; only the initial namespace has the file
 * @param fileMax {@code fs/file-max}: open files of the whole host; empty when there is no limit
 * @param problems one line for each file that is there but could not be read or understood
 */
public record Sysctls(
        Optional<PortRange> localPortRange,
        Optional<List<PortRange>> localReservedPorts,
        OptionalLong tcpMaxTwBuckets,
        OptionalLong tcpMaxOrphans,
        OptionalLong tcpFinTimeoutSeconds,
        OptionalLong tcpTwReuse,
        OptionalLong tcpTwReuseDelayMillis,
        OptionalLong somaxconn,
        OptionalLong tcpMaxSynBacklog,
        OptionalLong tcpSyncookies,
        OptionalLong tcpEhashEntries,
        Optional<TcpMemory> tcpMem,
        OptionalLong fileMax,
        List<String> problems) {

    /**
     * Bounds of the memory of all TCP buffers together, in pages.
     *
     * @param lowPages below this, no socket is held back
     * @param pressurePages above this, sockets are held back until it is below {@code lowPages} again
     * @param highPages never more than this
     */
    public record TcpMemory(long lowPages, long pressurePages, long highPages) {}

    /** Reads them all; what cannot be read becomes a line of {@link #problems}. */
    public static Sysctls read(ProcFs procFs) {
        SysctlReader net = new SysctlReader(procFs.root().resolve("sys").resolve("net"));
        SysctlReader files = new SysctlReader(procFs.root().resolve("sys").resolve("fs"));
        return new Sysctls(
                net.portRange("ipv4/ip_local_port_range"),
                net.portRanges("ipv4/ip_local_reserved_ports"),
                net.number("ipv4/tcp_max_tw_buckets"),
                net.number("ipv4/tcp_max_orphans"),
                net.number("ipv4/tcp_fin_timeout"),
                net.number("ipv4/tcp_tw_reuse"),
                net.number("ipv4/tcp_tw_reuse_delay"),
                net.number("core/somaxconn"),
                net.number("ipv4/tcp_max_syn_backlog"),
                net.number("ipv4/tcp_syncookies"),
                net.number("ipv4/tcp_ehash_entries"),
                net.tcpMemory("ipv4/tcp_mem"),
                files.limit("file-max"),
                // Last: the reads above fill them.
                Stream.concat(net.problems().stream(), files.problems().stream())
                        .toList());
    }
}
