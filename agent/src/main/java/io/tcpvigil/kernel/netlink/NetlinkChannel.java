// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.ByteBuffer;

/** Where datagrams go to and come from: the kernel, or a recording of it in a test. */
public interface NetlinkChannel extends AutoCloseable {
    void send(byte[] message) throws SyscallException;

    /**
     * Receives the next datagram into {@link #buffer()}, from its start.
     *
     * @return the datagram's real length; more than the buffer's capacity when it was cut short
     */
    int receive() throws SyscallException;

    /** The one receive buffer, in this CPU's byte order. */
    ByteBuffer buffer();

    @Override
    void close();
}
