// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import java.io.IOException;

/**
 * {@code net/netstat}, the lines {@code TcpExt:}: what Linux counts of TCP beyond RFC 4022, for one network namespace and
 * both families ({@code snmp4_net_list} in {@code net/ipv4/proc.c}). All count up. Not thread-safe.
 */
public final class NetstatFile {
    private final CounterFile file;

    public NetstatFile(ProcFs procFs) {
        this.file = new CounterFile(procFs.net().resolve("netstat"), "TcpExt:");
    }

    public Counters readTcpExt() throws IOException {
        return file.read();
    }
}
