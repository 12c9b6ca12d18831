// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.libc.KernelRelease;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.kernel.netlink.NetlinkChannel;
import io.tcpvigil.kernel.netlink.NetlinkException;
import io.tcpvigil.kernel.netlink.NetlinkSocket;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;

/**
 * Reads sockets over NETLINK_SOCK_DIAG, both families in one walk of the kernel's hash table where the kernel lets it, else
 * one after the other. One socket is kept open; after a failure it is opened anew, because the rest of a broken-off dump
 * would still be in it.
 */
public final class NetlinkSource implements SocketSource {
    /** Far longer than a dump of millions of sockets waits for one datagram: only a stuck kernel takes so long. */
    private static final long RECEIVE_TIMEOUT_MILLIS = 5_000;

    // errno.h; the numbers are the same on all architectures that this program runs on.
    private static final int EPERM = 1;
    private static final int ENOENT = 2;
    private static final int EAGAIN = 11;
    private static final int EACCES = 13;
    private static final int EPROTONOSUPPORT = 93;
    private static final int EOPNOTSUPP = 95;
    private static final int EAFNOSUPPORT = 97;

    /** Opens the way to the kernel; a test gives a recording instead. */
    public interface Opener {
        NetlinkChannel open() throws SyscallException;
    }

    private final Opener opener;
    private @Nullable NetlinkChannel channel;
    private @Nullable InetDiagReader reader;
    /** Whether the kernel refused to give both families in one walk; forgotten with the socket. */
    private boolean oneWalkRefused;

    NetlinkSource(Opener opener) {
        this.opener = opener;
    }

    /** The sockets of the namespace in which the thread is that first calls {@link #dump}. */
    public static NetlinkSource ofThread() {
        return new NetlinkSource(() -> NetlinkSocket.open(Libc.get(), InetDiagReader.PROTOCOL, RECEIVE_TIMEOUT_MILLIS));
    }

    @Override
    public String name() {
        return "netlink";
    }

    /** TCP_BOUND_INACTIVE can be dumped since Linux 6.8; older kernels ignore the bit. */
    @Override
    public boolean showsBound() {
        return KernelRelease.running().isAtLeast(6, 8);
    }

    @Override
    public void dump(SocketQuery query, SocketTable table) {
        table.clear();
        try {
            InetDiagReader open = openReader();
            int mask = query.stateMask() | (query.bound() ? InetDiagReader.BOUND_MASK : 0);
            if (mask != 0) {
                dumpBothFamilies(open, mask, query, table);
            }
            table.coverage(Coverage.complete());
        } catch (IOException failure) {
            close();
            String reason = explain(failure);
            table.coverage(table.rows() == 0 ? Coverage.failed(reason) : Coverage.partial(reason));
        }
    }

    private void dumpBothFamilies(InetDiagReader open, int mask, SocketQuery query, SocketTable table)
            throws IOException {
        if (!oneWalkRefused) {
            try {
                open.dumpBothFamilies(mask, query.withTcpInfo(), query.filter(), table);
                return;
            } catch (NetlinkException refusal) {
                if (table.rows() > 0) {
                    throw refusal;
                }
                // Whatever else is wrong will be said of the newer request.
                oneWalkRefused = true;
            }
        }
        open.dump(false, mask, query.withTcpInfo(), query.filter(), table);
        open.dump(true, mask, query.withTcpInfo(), query.filter(), table);
    }

    private InetDiagReader openReader() throws SyscallException {
        InetDiagReader open = reader;
        if (open == null) {
            NetlinkChannel opened = opener.open();
            channel = opened;
            open = new InetDiagReader(opened);
            reader = open;
        }
        return open;
    }

    /** The failure in one line, with what the errno usually means here. */
    private static String explain(IOException failure) {
        int errno = failure instanceof SyscallException call
                ? call.errno()
                : failure instanceof NetlinkException refusal ? refusal.errno() : 0;
        String hint = switch (errno) {
            case EPROTONOSUPPORT, EAFNOSUPPORT -> ", is AF_NETLINK in RestrictAddressFamilies?";
            case EPERM, EACCES -> ", does a seccomp or SELinux policy forbid it?";
            case ENOENT -> ", is the kernel module tcp_diag missing? (modprobe tcp_diag)";
            case EOPNOTSUPP -> ", does this kernel (gVisor?) lack socket diagnostics?";
            case EAGAIN -> ", the kernel did not answer within " + RECEIVE_TIMEOUT_MILLIS / 1000 + " s";
            default -> "";
        };
        return "netlink refused: " + failure.getMessage() + hint;
    }

    @Override
    public void close() {
        NetlinkChannel open = channel;
        channel = null;
        reader = null;
        oneWalkRefused = false;
        if (open != null) {
            open.close();
        }
    }
}
