// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import java.io.IOException;

/** The kernel's description of its types or of a tracepoint is not what its format says, or lacks what is needed. */
final class MalformedTypesException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    /**
     * @param offset bytes from the start of the file; -1 when something is missing rather than wrong
     * @param reason what is wrong
     */
    MalformedTypesException(int offset, String reason) {
        super(offset < 0 ? reason : "byte " + offset + ": " + reason);
        this.offset = offset;
    }

    /** Bytes from the start of the file; -1 when something is missing. */
    int offset() {
        return offset;
    }
}
