// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import io.tcpvigil.kernel.libc.SyscallException;
import java.io.IOException;

/** The kernel did not take a program. The message has the end of what its verifier said. */
final class ProgramRejectedException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String log;
    private final SyscallException failure;

    /**
     * Keeps both.
     *
     * @param log all that the verifier said; may be empty
     */
    ProgramRejectedException(SyscallException failure, String log) {
        super(failure.getMessage() + (log.isEmpty() ? "" : ": " + lastWords(log)), failure);
        this.failure = failure;
        this.log = log;
    }

    /** Its last lines are statistics; the complaint is before them. */
    private static String lastWords(String log) {
        String complaint = "";
        for (String line : log.lines().toList()) {
            boolean statistics = line.startsWith("processed ") || line.startsWith("verification time");
            if (!line.isBlank() && !statistics) {
                complaint = line.strip();
            }
        }
        return complaint;
    }

    SyscallException failure() {
        return failure;
    }

    /** All that the verifier said. */
    String log() {
        return log;
    }
}
