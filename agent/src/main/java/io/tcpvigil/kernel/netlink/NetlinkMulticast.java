// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netlink;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.ByteBuffer;

/** Where multicast datagrams come from: the kernel, or a recording of it in a test. */
public interface NetlinkMulticast extends AutoCloseable {
    /** {@link #receive}: nothing is waiting. */
    int NOTHING = Libc.NOTHING;

    /**
     * Receives the next datagram that is waiting into {@link #buffer()}, from its start.
     *
     * @return the datagram's real length, more than the buffer's capacity when it was cut short; {@link #NOTHING} when none
     *     is waiting
     */
    int receive() throws SyscallException;

    /** Waits until a datagram is there, but no longer than so many milliseconds; whether one is. */
    boolean await(int millis) throws SyscallException;

    /** The one receive buffer, in this CPU's byte order. */
    ByteBuffer buffer();

    /** Datagrams that found no room in the receive buffer, since the socket was opened. */
    long dropped() throws SyscallException;

    /** What the receive buffer holds, in the kernel's way of counting; twice what was asked for when it was granted. */
    long bufferBytes() throws SyscallException;

    @Override
    void close();
}
