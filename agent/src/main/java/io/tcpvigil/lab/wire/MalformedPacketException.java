// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab.wire;

import java.io.IOException;

/** A packet that is not what its headers say. */
public final class MalformedPacketException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int offset;

    MalformedPacketException(int offset, String reason) {
        super("malformed packet at byte " + offset + ": " + reason);
        this.offset = offset;
    }

    /** Where in the packet. */
    public int offset() {
        return offset;
    }
}
