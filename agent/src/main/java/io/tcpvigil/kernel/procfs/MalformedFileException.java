// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.procfs;

import java.io.IOException;
import java.nio.file.Path;

/** A file was read but is not what its name promises: the place and the reason, in one line for people. */
public final class MalformedFileException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String path;
    private final int line;
    private final String reason;

    MalformedFileException(Path path, int line, String reason) {
        super(path + ":" + line + ": " + reason);
        this.path = path.toString();
        this.line = line;
        this.reason = reason;
    }

    public String path() {
        return path;
    }

    /** The number of the offending line, from 1; 1 for an empty file. */
    public int line() {
        return line;
    }

    public String reason() {
        return reason;
    }
}
