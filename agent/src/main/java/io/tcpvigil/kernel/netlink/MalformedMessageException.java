// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import java.io.IOException;

/** A datagram that is not what the protocol says: where, and in what way. */
public final class MalformedMessageException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int offset;
    private final String reason;

    /**
     * @param offset bytes from the start of the datagram
     * @param reason what is wrong there
     */
    public MalformedMessageException(int offset, String reason) {
        super("malformed netlink message at byte " + offset + ": " + reason);
        this.offset = offset;
        this.reason = reason;
    }

    /** Bytes from the start of the datagram. */
    public int offset() {
        return offset;
    }

    public String reason() {
        return reason;
    }
}
