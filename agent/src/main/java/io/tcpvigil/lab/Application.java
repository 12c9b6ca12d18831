// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lab;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.tcp.Endpoint;
import io.tcpvigil.tcp.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The program on the kernel's side: real sockets of this process, none of which ever waits. */
final class Application implements AutoCloseable {
    /** The service's port, on whichever side it is. */
    static final int SERVICE_PORT = 80;

    private static final int NONE = -1;
    private static final int EINPROGRESS = 115;

    private final Libc libc;
    private final Family family;
    private final Map<Integer, Integer> sockets = new HashMap<>();
    private final List<Integer> open = new ArrayList<>();
    private int listener = NONE;

    Application(Libc libc, Family family) {
        this.libc = libc;
        this.family = family;
    }

    void listen(int backlog) throws SyscallException {
        int socket = socket();
        // So that a test of the same port may follow another in one namespace.
        libc.setsockopt(socket, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1);
        libc.bind(socket, Family.sockaddr(new Endpoint(any(), SERVICE_PORT)));
        libc.listen(socket, backlog);
        listener = socket;
    }

    private IpAddress any() {
        return new IpAddress(family == Family.IPV6, 0, 0);
    }

    /** Starts to connect; the kernel's port. */
    int connect(int connection) throws SyscallException {
        int socket = socket();
        sockets.put(connection, socket);
        try {
            libc.connect(socket, Family.sockaddr(new Endpoint(family.peer(), SERVICE_PORT)));
        } catch (SyscallException failure) {
            if (failure.errno() != EINPROGRESS) {
                throw failure;
            }
        }
        byte[] address = Family.emptySockaddr();
        libc.getsockname(socket, address);
        return Family.port(address);
    }

    private int socket() throws SyscallException {
        int socket = libc.socket(family.number(), Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC, 0);
        open.add(socket);
        return socket;
    }

    /** Takes the first connection in the queue; the peer's port. */
    int accept(int connection) throws SyscallException {
        byte[] address = Family.emptySockaddr();
        int socket = libc.accept(listener, address, Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
        open.add(socket);
        sockets.put(connection, socket);
        return Family.port(address);
    }

    int write(int connection, int bytes) throws SyscallException {
        return libc.write(socket(connection), new byte[bytes], bytes);
    }

    /** Reads at most so much and one byte more, so that more than expected is noticed. */
    int read(int connection, int bytes) throws SyscallException {
        return libc.read(socket(connection), new byte[bytes + 1]);
    }

    void shutdown(int connection) throws SyscallException {
        libc.shutdown(socket(connection), Libc.SHUT_WR);
    }

    /** Closes the connection, or the listener while there is none. */
    void close(int connection) throws SyscallException {
        Integer socket = sockets.remove(connection);
        int closing = socket == null ? listener : socket;
        if (socket == null) {
            listener = NONE;
        }
        open.remove(Integer.valueOf(closing));
        libc.close(closing);
    }

    void abort(int connection) throws SyscallException {
        // struct linger { int l_onoff; int l_linger; }
        byte[] linger = Libc.nativeBytes(8).putInt(1).putInt(0).array();
        libc.setsockopt(socket(connection), Libc.SOL_SOCKET, Libc.SO_LINGER, linger);
        close(connection);
    }

    /** The errno that waits to be told, 0 for none. */
    int pendingError(int connection) throws SyscallException {
        byte[] value = new byte[4];
        libc.getsockopt(socket(connection), Libc.SOL_SOCKET, Libc.SO_ERROR, value);
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
    }

    /** Keeps the socket of the connection open, but out of the way of another one with the same ends. */
    void putAside(int connection) {
        sockets.remove(connection);
    }

    private int socket(int connection) {
        Integer socket = sockets.get(connection);
        if (socket == null) {
            throw new IllegalStateException("the script uses connection " + connection + " before it has a socket");
        }
        return socket;
    }

    @Override
    public void close() {
        for (int socket : open) {
            try {
                libc.close(socket);
            } catch (SyscallException failure) {
                throw new IllegalStateException("closing a descriptor that is open", failure);
            }
        }
        open.clear();
        sockets.clear();
    }
}
