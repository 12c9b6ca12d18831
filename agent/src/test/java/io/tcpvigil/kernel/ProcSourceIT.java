// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.kernel.procfs.ProcFs;

/** The contract, held by /proc on the running kernel. */
class ProcSourceIT extends SocketSourceContract {
    @Override
    SocketSource source() {
        return new ProcSource(ProcFs.ofThread());
    }
}
