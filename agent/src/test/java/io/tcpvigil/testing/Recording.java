// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.testing;

import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netlink.NetlinkChannel;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;

/**
 * A kernel that says again what a real one said: datagrams, each with its length before it. What is behind the end of a
 * datagram in the receive buffer is what the one before left there, as it really is.
 */
public final class Recording implements NetlinkChannel {
    private static final int BUFFER_SIZE = 32 * 1024;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE).order(ByteOrder.nativeOrder());
    private final List<byte[]> datagrams;
    private int next;

    public Recording(List<byte[]> datagrams) {
        this.datagrams = datagrams;
    }

    /** Reads the datagrams that {@link #write} wrote. */
    public static List<byte[]> read(InputStream in) throws IOException {
        List<byte[]> datagrams = new ArrayList<>();
        try (DataInputStream data = new DataInputStream(in)) {
            while (true) {
                datagrams.add(data.readNBytes(data.readInt()));
            }
        } catch (EOFException end) {
            return datagrams;
        }
    }

    /** Writes what a real channel gives until it says DONE. */
    public static void write(NetlinkChannel kernel, byte[] request, OutputStream out) throws IOException {
        kernel.send(request);
        try (DataOutputStream data = new DataOutputStream(out)) {
            boolean done = false;
            while (!done) {
                byte[] datagram = new byte[kernel.receive()];
                kernel.buffer().get(0, datagram);
                data.writeInt(datagram.length);
                data.write(datagram);
                done = kernel.buffer().getShort(4) == 3;
            }
        }
    }

    @Override
    public void send(byte[] message) {
        next = 0;
    }

    @Override
    public int receive() throws SyscallException {
        if (next == datagrams.size()) {
            throw new SyscallException("recv", Errno.EAGAIN.intValue());
        }
        byte[] datagram = datagrams.get(next);
        next++;
        buffer.put(0, datagram, 0, Math.min(datagram.length, BUFFER_SIZE));
        return datagram.length;
    }

    @Override
    public ByteBuffer buffer() {
        return buffer;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
