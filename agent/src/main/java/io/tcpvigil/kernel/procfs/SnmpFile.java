// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import java.io.IOException;

/**
 * {@code net/snmp}, the lines {@code Tcp:}: the counters of RFC 4022 for one network namespace and both families.
 *
 * <p>All count up from the birth of the namespace but {@code CurrEstab}, a gauge of sockets in ESTABLISHED or CLOSE-WAIT,
 * and {@code MaxConn}, a constant -1 ("no limit"). Not thread-safe.
 */
public final class SnmpFile {
    private final CounterFile file;

    public SnmpFile(ProcFs procFs) {
        this.file = new CounterFile(procFs.net().resolve("snmp"), "Tcp:");
    }

    public Counters readTcp() throws IOException {
        return file.read();
    }
}
