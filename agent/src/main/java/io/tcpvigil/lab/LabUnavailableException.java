// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.Nullable;
import java.io.IOException;

/** The lab cannot be set up on this machine; the message is one line that says what is missing. */
public final class LabUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean rightMissing;

    LabUnavailableException(String message, boolean rightMissing, @Nullable Throwable cause) {
        super(message, cause);
        this.rightMissing = rightMissing;
    }

    /** Whether another user could; else the machine lacks something. */
    public boolean isRightMissing() {
        return rightMissing;
    }
}
