// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import io.tcpvigil.kernel.libc.SyscallException;
import java.io.IOException;

/** The kernel understood the request and refused it (NLMSG_ERROR), or ended a dump with an error (NLMSG_DONE). */
public final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final int sequence;

    /**
     * @param where what the kernel answered with, such as {@code NLMSG_ERROR}
     * @param errno positive, from {@code errno.h}
     * @param sequence the number of the request that it answers
     */
    public NetlinkException(String where, int errno, int sequence) {
        super(where + " " + SyscallException.describe(errno) + ", request " + sequence);
        this.errno = errno;
        this.sequence = sequence;
    }

    public int errno() {
        return errno;
    }

    public int sequence() {
        return sequence;
    }
}
