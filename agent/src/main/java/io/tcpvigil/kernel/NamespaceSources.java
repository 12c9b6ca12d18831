// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.inetdiag.InetDiagReader;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netlink.NetlinkSocket;
import io.tcpvigil.kernel.netns.NamespaceEntry;
import io.tcpvigil.kernel.netns.NetworkNamespace;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A source for each network namespace, kept from look to look. With CAP_SYS_ADMIN it is a netlink socket that was opened
 * inside; without, {@code /proc/PID/net/tcp} of one of its processes, which needs no right at all.
 *
 * <p>A socket of ours keeps a namespace alive that everybody else has left: {@link #keepOnly} must be told after each search
 * which there are. Not thread-safe.
 */
public final class NamespaceSources implements AutoCloseable {
    private static final long RECEIVE_TIMEOUT_MILLIS = 5_000;

    /**
     * How a namespace was read.
     *
     * @param source {@code netlink}, {@code proc}, or {@code none} when it could not be
     * @param reason why not through netlink; null when it was
     * @param showsBound whether bound sockets that are in no state are among the rows
     */
    public record Used(String source, @Nullable String reason, boolean showsBound) {}

    private final Map<Long, NetlinkSource> open = new HashMap<>();

    /** Fills {@code table} with the sockets of a namespace; its coverage tells whether that succeeded. */
    public Used dump(NetworkNamespace namespace, SocketQuery query, SocketTable table) {
        String refusal;
        try {
            NetlinkSource source = source(namespace);
            source.dump(query, table);
            if (table.coverage().isComplete()) {
                return new Used(source.name(), null, source.showsBound());
            }
            refusal = table.coverage().reason();
            forget(namespace.inode());
        } catch (IOException failure) {
            refusal = "netns " + namespace.label() + " not entered: " + failure.getMessage();
        }
        if (namespace.pid() == NetworkNamespace.NO_PROCESS) {
            table.clear();
            table.coverage(Coverage.failed(refusal + ", and no process of it can be seen"));
            return new Used("none", refusal, false);
        }
        try (ProcSource proc = new ProcSource(ProcFs.ofProcess(namespace.pid()))) {
            proc.dump(query, table);
            return new Used(proc.name(), refusal, proc.showsBound());
        }
    }

    /** How many namespaces a socket is open in. */
    int openSockets() {
        return open.size();
    }

    private NetlinkSource source(NetworkNamespace namespace) throws IOException {
        NetlinkSource known = open.get(namespace.inode());
        if (known != null) {
            return known;
        }
        NetlinkSocket socket = enter(namespace);
        NetlinkSource source = new NetlinkSource(() -> socket);
        open.put(namespace.inode(), source);
        return source;
    }

    private static NetlinkSocket enter(NetworkNamespace namespace) throws IOException {
        Libc libc = Libc.get();
        try {
            return NamespaceEntry.call(
                    namespace.path(), () -> NetlinkSocket.open(libc, InetDiagReader.PROTOCOL, RECEIVE_TIMEOUT_MILLIS));
        } catch (IOException failure) {
            throw failure;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        } catch (Exception defect) {
            throw new IllegalStateException("entering a network namespace", defect);
        }
    }

    private void forget(long inode) {
        NetlinkSource source = open.remove(inode);
        if (source != null) {
            source.close();
        }
    }

    /** Lets go of every namespace that is not among {@code present}. */
    public void keepOnly(List<NetworkNamespace> present) {
        List<Long> gone = new ArrayList<>(open.keySet());
        for (NetworkNamespace namespace : present) {
            gone.remove(namespace.inode());
        }
        gone.forEach(this::forget);
    }

    @Override
    public void close() {
        keepOnly(List.of());
    }
}
