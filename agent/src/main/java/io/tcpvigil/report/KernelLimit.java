// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.report;

import java.util.Locale;

/** What the kernel lets there be at most ({@code Documentation/networking/ip-sysctl.rst}, {@code sysctl/fs.rst}). */
public enum KernelLimit {
    /** {@code tcp_max_tw_buckets}: minisocks of the namespace. */
    TIME_WAIT_BUCKETS,
    /** {@code tcp_max_orphans}: of the whole host. */
    ORPHANS,
    /** {@code somaxconn}: upper bound of each accept queue. */
    SOMAXCONN,
    /** {@code tcp_max_syn_backlog}: half-open connections of a listener when SYN cookies are off. */
    SYN_BACKLOG,
    /** Ports of {@code ip_local_port_range} that are not reserved. */
    EPHEMERAL_PORTS,
    /** The middle one of {@code tcp_mem}: above it sockets are held back; of the whole host. */
    TCP_MEM_PRESSURE_PAGES,
    /** The last one of {@code tcp_mem}: never more; of the whole host. */
    TCP_MEM_MAX_PAGES,
    /** {@code file-max}: open files of the whole host. */
    FILE_DESCRIPTORS;

    /** The name for machines. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
