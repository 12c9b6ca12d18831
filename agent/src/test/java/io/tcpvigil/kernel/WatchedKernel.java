// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netlink.NetlinkChannel;
import io.tcpvigil.kernel.netlink.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The running kernel, which counts what it is asked, and refuses the request for both families if it is told to. */
final class WatchedKernel implements NetlinkChannel {
    private static final int TYPE_OFFSET = 4;
    private static final int SEQUENCE_OFFSET = 8;
    static final int BOTH_FAMILIES = 18;
    static final int ONE_FAMILY = 20;
    private static final int EINVAL = 22;
    private static final int ENOBUFS = 105;

    private final NetlinkSocket kernel;
    private final boolean refusesBothFamilies;
    private boolean refusing;
    private int sequence;
    private final List<Integer> requests = new ArrayList<>();
    private boolean failing;

    private WatchedKernel(NetlinkSocket kernel, boolean refusesBothFamilies) {
        this.kernel = kernel;
        this.refusesBothFamilies = refusesBothFamilies;
    }

    static WatchedKernel open(boolean refusesBothFamilies) throws SyscallException {
        return new WatchedKernel(NetlinkSocket.open(Libc.get(), InetDiagReader.PROTOCOL, 5_000), refusesBothFamilies);
    }

    /** The types of all requests, in their order. */
    List<Integer> requests() {
        return requests;
    }

    /** The next request fails, so that its socket must be given up. */
    void failNextSend() {
        failing = true;
    }

    @Override
    public void send(byte[] message) throws SyscallException {
        if (failing) {
            failing = false;
            throw new SyscallException("send", ENOBUFS);
        }
        ByteBuffer request = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        int type = request.getShort(TYPE_OFFSET);
        requests.add(type);
        refusing = refusesBothFamilies && type == BOTH_FAMILIES;
        sequence = request.getInt(SEQUENCE_OFFSET);
        if (!refusing) {
            kernel.send(message);
        }
    }

    @Override
    public int receive() throws SyscallException {
        if (!refusing) {
            return kernel.receive();
        }
        refusing = false;
        // struct nlmsghdr and struct nlmsgerr: NLMSG_ERROR, then the negative errno and the header of the request.
        int length = 16 + 4 + 16;
        buffer().putInt(0, length)
                .putShort(TYPE_OFFSET, (short) 2)
                .putInt(SEQUENCE_OFFSET, sequence)
                .putInt(16, -EINVAL);
        return length;
    }

    @Override
    public ByteBuffer buffer() {
        return kernel.buffer();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
