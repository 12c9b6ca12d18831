// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.lifecycle;

import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.TcpState;

/** A dump made by hand, row by row. */
final class Dump {
    /** One socket: its 4-tuple, cookie and inode. */
    record Socket(boolean ipv6, int localPort, int remoteHost, int remotePort, long cookie, int inode) {
        /** A client's connection to port 443 of this host. */
        static Socket inbound(int remotePort, long cookie) {
            return new Socket(false, 443, 0xC0A8_0001, remotePort, cookie, (int) cookie);
        }

        /** A connection of this host to port 5432 of another. */
        static Socket outbound(int localPort, long cookie) {
            return new Socket(false, localPort, 0xC0A8_0002, 5432, cookie, (int) cookie);
        }

        Socket onIpv6() {
            return new Socket(true, localPort, remoteHost, remotePort, cookie, inode);
        }

        /** The same 4-tuple with another cookie and inode. */
        Socket again(long otherCookie) {
            return new Socket(ipv6, localPort, remoteHost, remotePort, otherCookie, (int) otherCookie);
        }

        Socket toPort(int otherLocalPort) {
            return new Socket(ipv6, otherLocalPort, remoteHost, remotePort, cookie, inode);
        }

        Socket withoutCookie() {
            return new Socket(ipv6, localPort, remoteHost, remotePort, 0, inode);
        }

        Socket withInode(int other) {
            return new Socket(ipv6, localPort, remoteHost, remotePort, cookie, other);
        }
    }

    private static final int LOCAL = 0x0A00_0001;
    private static final long PREFIX = 0x2001_0DB8_0000_0000L;

    private final SocketTable table = new SocketTable();

    Dump() {
        table.coverage(Coverage.complete());
    }

    /** A full socket, or in TIME-WAIT a minisock with all its time ahead. */
    Dump with(Socket socket, TcpState state) {
        return state == TcpState.TIME_WAIT
                ? minisock(socket, state, 60_000)
                : row(socket, state, SocketKind.FULL, 0, -1, socket.inode());
    }

    /** A request socket whose SYN-ACK is repeated in {@code expiresMillis}. */
    Dump request(Socket socket, int expiresMillis) {
        return row(socket, TcpState.SYN_RECEIVED, SocketKind.REQUEST, expiresMillis, -1, 0);
    }

    Dump minisock(Socket socket, TcpState state, int expiresMillis) {
        return row(socket, state, SocketKind.MINISOCK, expiresMillis, -1, 0);
    }

    /** A full socket to which the last ACK came so long ago. */
    Dump silent(Socket socket, TcpState state, int lastAckReceivedMillis) {
        return row(socket, state, SocketKind.FULL, 0, lastAckReceivedMillis, socket.inode());
    }

    private Dump row(Socket socket, TcpState state, SocketKind kind, int expires, int lastAck, int inode) {
        append(table, socket, state, kind, expires, lastAck, inode);
        return this;
    }

    static void append(
            SocketTable to, Socket socket, TcpState state, SocketKind kind, int expires, int lastAck, int inode) {
        to.begin(state, kind);
        if (socket.ipv6()) {
            to.putIpv6(PREFIX, LOCAL, socket.localPort(), PREFIX, socket.remoteHost(), socket.remotePort());
        } else {
            to.putIpv4(LOCAL, socket.localPort(), socket.remoteHost(), socket.remotePort());
        }
        to.putTimer(kind == SocketKind.MINISOCK ? 3 : kind == SocketKind.REQUEST ? 1 : 0, expires, 0);
        to.putQueues(0, 0);
        to.putOwner(0, inode);
        to.putCookie(socket.cookie());
        to.putLastAckReceivedMillis(lastAck);
        to.commit();
    }

    Dump listener(boolean ipv6, int port) {
        appendListener(table, ipv6, port);
        return this;
    }

    static void appendListener(SocketTable to, boolean ipv6, int port) {
        to.begin(TcpState.LISTEN, SocketKind.FULL);
        if (ipv6) {
            to.putIpv6(0, 0, port, 0, 0, 0);
        } else {
            to.putIpv4(0, port, 0, 0);
        }
        to.putOwner(0, 1);
        to.putCookie((1L << 60) + (ipv6 ? 1 << 16 : 0) + port);
        to.commit();
    }

    /** A socket that holds a port and is in no state. */
    Dump bound(int port) {
        table.begin(TcpState.CLOSED, SocketKind.BOUND);
        table.putIpv4(LOCAL, port, 0, 0);
        table.commit();
        return this;
    }

    /** The rows so far, as all that there is. */
    SocketTable complete() {
        return table;
    }

    /** The rows so far, as some of those that there are. */
    SocketTable partial() {
        table.coverage(Coverage.partial("cut short by the test"));
        return table;
    }

    /** The rows so far, as meaning nothing. */
    SocketTable failed() {
        table.coverage(Coverage.failed("failed by the test"));
        return table;
    }
}
