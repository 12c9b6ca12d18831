// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds TCP sockets that a process holds and that no dump shows: its connection was reset, or it closed first and the rest is
 * left to a minisock. No dump and no {@code net/tcp} has them; {@code /proc/PID/fd} has their inodes, and the file system of
 * sockets tells the protocol of each ({@code system.sockprotoname}, {@code sockfs_xattr_get} in {@code net/socket.c}).
 *
 * <p>Only processes of the network namespace of the calling thread are looked into, and of these none that has a thread in
 * another one, or a descriptor of one: sockets of other namespaces, which no dump here shows either, may be theirs. A socket
 * counts from the second look at which it is in no dump: at the first it may have been opened since. One that was passed on from
 * another namespace, or that is bound and not connected where the dump does not show these, cannot be told from them. Not
 * thread-safe.
 */
public final class HiddenSockets {
    private static final String NAMESPACE_LINK = "net:[";
    /** {@code XATTR_NAME_SOCKPROTONAME} in {@code net/socket.c}. */
    private static final String PROTOCOL = "system.sockprotoname";

    private final Libc libc = Libc.get();
    private final ProcessFiles files = new ProcessFiles(Path.of("/proc"));
    private final byte[] protocol = new byte[32];
    private Map<Integer, long[]> lately = Map.of();

    /** So many sockets of a process, which no dump shows. */
    public record Held(int pid, int sockets) {}

    /**
     * Looks into all processes that can hold as many.
     *
     * @param atLeast how many make a process worth a look
     * @throws IOException when {@code /proc} cannot be listed
     */
    public List<Held> look(SocketTable table, int atLeast) throws IOException {
        long[] shown = new long[table.rows()];
        for (int row = 0; row < shown.length; row++) {
            shown[row] = table.inode(row);
        }
        Arrays.sort(shown);
        Path namespace = files.ownNamespace();
        Map<Integer, long[]> found = new HashMap<>();
        for (int pid : files.pids()) {
            long[] hidden = hidden(pid, namespace, shown, atLeast);
            if (hidden.length >= atLeast) {
                found.put(pid, hidden);
            }
        }
        List<Held> held = new ArrayList<>();
        found.forEach((pid, inodes) -> {
            int again = common(inodes, lately.getOrDefault(pid, new long[0]));
            if (again >= atLeast) {
                held.add(new Held(pid, again));
            }
        });
        lately = found;
        return held;
    }

    /** The inodes in ascending order; none when the process ends, is elsewhere, or may not be looked into. */
    private long[] hidden(int pid, Path namespace, long[] shown, int atLeast) {
        int[] descriptors = files.descriptors(pid);
        if (descriptors == null || descriptors.length < atLeast || !files.isOnlyIn(namespace, pid)) {
            return new long[0];
        }
        long[] inodes = new long[descriptors.length];
        int count = 0;
        for (int descriptor : descriptors) {
            String link = link(pid, descriptor);
            if (link.startsWith(NAMESPACE_LINK) && !link.equals(namespace.toString())) {
                return new long[0];
            }
            long inode = ProcessFiles.socketInode(link);
            if (inode != 0 && Arrays.binarySearch(shown, inode) < 0 && isTcp(files.descriptorPath(pid, descriptor))) {
                inodes[count++] = inode;
            }
        }
        inodes = Arrays.copyOf(inodes, count);
        Arrays.sort(inodes);
        return inodes;
    }

    private String link(int pid, int descriptor) {
        try {
            return files.link(pid, descriptor);
        } catch (IOException closed) {
            return "";
        }
    }

    private boolean isTcp(Path descriptor) {
        try {
            int length = libc.getxattr(descriptor.toString(), PROTOCOL, protocol);
            String name = new String(protocol, 0, length, StandardCharsets.US_ASCII);
            return name.equals("TCP\0") || name.equals("TCPv6\0");
        } catch (SyscallException closed) {
            return false;
        }
    }

    /** How many numbers are in both, which are in ascending order. */
    private static int common(long[] one, long[] other) {
        int count = 0;
        for (long number : one) {
            count += Arrays.binarySearch(other, number) >= 0 ? 1 : 0;
        }
        return count;
    }
}
