// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes TCP connections over the loopback interface by plain system calls: descriptors, no objects. Not thread-safe. */
final class Loopback {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int PORT_OFFSET = 2;
    /**
     * Connections to one destination: at most half of the ports of one parity, which connect() tries first, at random, and
     * searches in vain once they are taken.
     */
    private static final int PER_DESTINATION = 16_000;

    /** A connection is accepted before the next one is opened. */
    private static final int BACKLOG = 16;

    /** struct linger { int l_onoff; int l_linger; }: on, for no time at all. */
    private static final byte[] ABORT = Libc.nativeBytes(8).putInt(1).putInt(0).array();

    private final Libc libc;
    private final boolean ipv6;
    private final byte[] peer = new byte[28];
    private byte[] destination = {};
    private int listener = -1;
    private int connections;

    Loopback(Libc libc, boolean ipv6) {
        this.libc = libc;
        this.ipv6 = ipv6;
    }

    /** Opens a connection and keeps both ends. */
    void open() throws SyscallException {
        connect();
        accept();
    }

    /** Opens a connection and closes both ends, the client's first, which stays in TIME-WAIT. */
    void openAndClose() throws SyscallException {
        int client = connect();
        int server = accept();
        libc.close(client);
        libc.close(server);
    }

    /** Opens a connection and cuts it off by a RST: nothing of it stays. */
    void openAndAbort() throws SyscallException {
        int client = connect();
        int server = accept();
        libc.setsockopt(client, Libc.SOL_SOCKET, Libc.SO_LINGER, ABORT);
        libc.close(client);
        libc.close(server);
    }

    private int connect() throws SyscallException {
        if (connections % PER_DESTINATION == 0) {
            listen();
        }
        connections++;
        int client = stream();
        libc.connect(client, destination);
        return client;
    }

    private int accept() throws SyscallException {
        return libc.accept(listener, peer, Libc.SOCK_CLOEXEC);
    }

    private void listen() throws SyscallException {
        listener = stream();
        // struct sockaddr_in { u16 family; be16 port; be32 address; ... }, struct sockaddr_in6 with 16 bytes of it at 8.
        destination = new byte[ipv6 ? 28 : 16];
        ByteBuffer address = ByteBuffer.wrap(destination).order(ByteOrder.nativeOrder());
        address.putShort((short) (ipv6 ? AF_INET6 : AF_INET));
        if (ipv6) {
            destination[8 + 15] = 1;
        } else {
            destination[4] = 127;
            destination[4 + 3] = 1;
        }
        libc.bind(listener, destination);
        libc.listen(listener, BACKLOG);
        byte[] bound = new byte[28];
        libc.getsockname(listener, bound);
        System.arraycopy(bound, PORT_OFFSET, destination, PORT_OFFSET, 2);
    }

    private int stream() throws SyscallException {
        return libc.socket(ipv6 ? AF_INET6 : AF_INET, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
    }
}
