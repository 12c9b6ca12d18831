// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.libc;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** A system call failed: which one, and the errno it left. */
public final class SyscallException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String operation;
    private final int errno;

    public SyscallException(String operation, int errno) {
        super(operation + ": " + describe(errno));
        this.operation = operation;
        this.errno = errno;
    }

    /** The call, such as {@code recv}. */
    public String operation() {
        return operation;
    }

    /** The number from {@code errno.h}; see {@link #is}. */
    public int errno() {
        return errno;
    }

    /** Whether the call failed with this errno. */
    public boolean is(Errno candidate) {
        return candidate.intValue() == errno;
    }

    /** The name and meaning of an errno: {@code EPERM (Operation not permitted)}. */
    public static String describe(int errno) {
        Errno known = Errno.valueOf(errno);
        if (known == Errno.__UNKNOWN_CONSTANT__) {
            return "errno " + errno;
        }
        return known.name() + " (" + known.description() + ")";
    }
}
