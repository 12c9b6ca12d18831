// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;
import io.tcpvigil.tcp.SocketFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which processes hold which sockets, as one walk over {@code /proc/PID/fd} found it. A socket can have several holders
 * (after fork, or passed on), or none: TIME-WAIT, half-open and not yet accepted connections belong to the kernel.
 */
public final class ProcessSockets implements SocketFilter.ProcessLookup {
    private static final String SOCKET_LINK = "socket:[";

    /** A process; {@code name} is its {@code comm}, at most 15 bytes, which the process can change. */
    public record Holder(long pid, String name) {}

    private final Map<Long, List<Holder>> byInode;
    private final int unreadableProcesses;
    private final int endedProcesses;

    private ProcessSockets(Map<Long, List<Holder>> byInode, int unreadableProcesses, int endedProcesses) {
        this.byInode = byInode;
        this.unreadableProcesses = unreadableProcesses;
        this.endedProcesses = endedProcesses;
    }

    /**
     * Walks all processes. Those that end meanwhile, and those whose descriptors may not be read, are counted.
     *
     * @param proc where {@code /proc} is
     * @throws IOException when {@code proc} itself cannot be listed
     */
    public static ProcessSockets scan(Path proc) throws IOException {
        Map<Long, List<Holder>> byInode = new HashMap<>();
        int unreadable = 0;
        int endedProcesses = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    readDescriptors(process, byInode);
                } catch (IOException failure) {
                    if (hasEnded(failure)) {
                        endedProcesses++;
                    } else {
                        unreadable++;
                    }
                }
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
        return new ProcessSockets(byInode, unreadable, endedProcesses);
    }

    /** ENOENT or ESRCH: it ended between the listing and the look, and holds nothing any more. */
    private static boolean hasEnded(IOException failure) {
        String message = failure.getMessage();
        return failure instanceof NoSuchFileException || (message != null && message.endsWith("No such process"));
    }

    private static void readDescriptors(Path process, Map<Long, List<Holder>> byInode) throws IOException {
        @Nullable Holder holder = null;
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                long inode = socketInode(descriptor);
                if (inode != 0) {
                    if (holder == null) {
                        holder = new Holder(Long.parseLong(process.getFileName().toString()), name(process));
                    }
                    List<Holder> holders = byInode.computeIfAbsent(inode, none -> new ArrayList<>(1));
                    if (!holders.contains(holder)) {
                        holders.add(holder);
                    }
                }
            }
        } catch (DirectoryIteratorException failure) {
            throw failure.getCause();
        }
    }

    /** The inode in a link text such as {@code socket:[12345]}; 0 when the descriptor is no socket or is gone. */
    private static long socketInode(Path descriptor) throws IOException {
        String link;
        try {
            link = Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException closed) {
            return 0;
        }
        if (!link.startsWith(SOCKET_LINK)) {
            return 0;
        }
        return Long.parseLong(link, SOCKET_LINK.length(), link.length() - 1, 10);
    }

    private static String name(Path process) throws IOException {
        return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
                .stripTrailing();
    }

    /** The processes that hold the socket; empty when none was found. */
    public List<Holder> holders(long inode) {
        return List.copyOf(byInode.getOrDefault(inode, List.of()));
    }

    /** How many processes would not show their descriptors: sockets without a holder may be theirs. */
    public int unreadableProcesses() {
        return unreadableProcesses;
    }

    /** How many processes ended during the walk: their sockets may have been passed on, or are closing. */
    public int endedProcesses() {
        return endedProcesses;
    }

    @Override
    public @Nullable Boolean holds(long inode, String nameOrPid) {
        List<Holder> holders = byInode.get(inode);
        if (holders == null) {
            return null;
        }
        for (Holder holder : holders) {
            if (holder.name().equals(nameOrPid) || Long.toString(holder.pid()).equals(nameOrPid)) {
                return true;
            }
        }
        return false;
    }
}
