// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

/** What a system call of the application can fail with, where a script foresees it; numbers of {@code errno.h}. */
public enum Failure {
    WOULD_BLOCK(11, "EAGAIN"),
    BROKEN_PIPE(32, "EPIPE"),
    ADDRESS_NOT_AVAILABLE(99, "EADDRNOTAVAIL"),
    RESET(104, "ECONNRESET"),
    TIMED_OUT(110, "ETIMEDOUT"),
    REFUSED(111, "ECONNREFUSED");

    private final int errno;
    private final String text;

    Failure(int errno, String text) {
        this.errno = errno;
        this.text = text;
    }

    int errno() {
        return errno;
    }

    /** The name in {@code errno.h}. */
    String text() {
        return text;
    }
}
