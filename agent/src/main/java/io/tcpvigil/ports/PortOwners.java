// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.ports;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketTable;
import java.util.List;

/** Who holds the socket of a row, TCP or UDP. Asked for listeners only. */
public interface PortOwners {
    /** A process. */
    record Owner(long pid, String name) {
        /** {@code name/pid}. */
        public String label() {
            return name + "/" + pid;
        }
    }

    /** The processes that hold it; null when that is not known. */
    @Nullable
    List<Owner> of(SocketTable table, int row);
}
