// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.libc.SyscallException;
import io.tcpvigil.tcp.SocketTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
    private static final Path PROC = Path.of("/proc");
    private static final String NAMESPACE_LINK = "net:[";
    private static final String SOCKET_LINK = "socket:[";
    /** {@code XATTR_NAME_SOCKPROTONAME} in {@code net/socket.c}. */
    private static final String PROTOCOL = "system.sockprotoname";

    private final Libc libc = Libc.get();
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
        Path namespace = Files.readSymbolicLink(PROC.resolve("thread-self/ns/net"));
        String[] names = PROC.toFile().list();
        Map<Integer, long[]> found = new HashMap<>();
        for (String name : names == null ? new String[0] : names) {
            if (Character.isDigit(name.charAt(0))) {
                long[] hidden = hidden(PROC.resolve(name), namespace, shown, atLeast);
                if (hidden.length >= atLeast) {
                    found.put(Integer.valueOf(name), hidden);
                }
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
    private long[] hidden(Path process, Path namespace, long[] shown, int atLeast) {
        String[] descriptors = process.resolve("fd").toFile().list();
        if (descriptors == null || descriptors.length < atLeast) {
            return new long[0];
        }
        long[] inodes = new long[descriptors.length];
        int count = 0;
        try {
            if (!isOnlyIn(namespace, process)) {
                return new long[0];
            }
            for (String descriptor : descriptors) {
                Path path = process.resolve("fd").resolve(descriptor);
                String link = link(path);
                if (link.startsWith(NAMESPACE_LINK) && !link.equals(namespace.toString())) {
                    return new long[0];
                }
                long inode = link.startsWith(SOCKET_LINK)
                        ? Long.parseLong(link, SOCKET_LINK.length(), link.length() - 1, 10)
                        : 0;
                if (inode != 0 && Arrays.binarySearch(shown, inode) < 0 && isTcp(path)) {
                    inodes[count++] = inode;
                }
            }
        } catch (IOException ended) {
            return new long[0];
        }
        inodes = Arrays.copyOf(inodes, count);
        Arrays.sort(inodes);
        return inodes;
    }

    /** Whether each of its threads is there. */
    private static boolean isOnlyIn(Path namespace, Path process) throws IOException {
        String[] threads = process.resolve("task").toFile().list();
        for (String thread : threads == null ? new String[0] : threads) {
            Path there = Files.readSymbolicLink(
                    process.resolve("task").resolve(thread).resolve("ns/net"));
            if (!there.equals(namespace)) {
                return false;
            }
        }
        return threads != null;
    }

    /** Such as {@code socket:[4711]}; empty when it was closed meanwhile. */
    private static String link(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
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
