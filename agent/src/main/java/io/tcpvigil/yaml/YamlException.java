// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import io.tcpvigil.Nullable;

/** A file that cannot be used. The message is one line, fit to be shown: the file, the line, the key, what is wrong, what to write. */
public final class YamlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public YamlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
