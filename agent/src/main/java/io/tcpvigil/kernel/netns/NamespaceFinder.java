// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.netns;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds network namespaces by the processes that are in them ({@code /proc/PID/ns/net}) and by their names, which are files
 * that a namespace is mounted on (ip-netns(8)). One that only a thread or a socket keeps alive has neither, and is not found.
 */
public final class NamespaceFinder {
    private static final long GONE = 0;
    private static final long HIDDEN = -1;

    private final Path proc;
    private final List<Path> nameDirectories;

    /**
     * @param proc where {@code /proc} is
     * @param nameDirectories where names are
     */
    public NamespaceFinder(Path proc, Path... nameDirectories) {
        this.proc = proc;
        this.nameDirectories = List.of(nameDirectories);
    }

    /** Of this host, with the names of ip-netns(8) and of Docker. */
    public static NamespaceFinder usual() {
        return new NamespaceFinder(Path.of("/proc"), Path.of("/run/netns"), Path.of("/run/docker/netns"));
    }

    /**
     * What was found.
     *
     * @param namespaces that of the host first, then by name, then by number
     * @param hiddenProcesses how many processes do not show in which namespace they are
     */
    public record Found(List<NetworkNamespace> namespaces, int hiddenProcesses) {
        public Found {
            namespaces = List.copyOf(namespaces);
        }

        /** What is not known for lack of rights, and what to do; null when nothing is. */
        public @Nullable String gap() {
            return hiddenProcesses == 0
                    ? null
                    : hiddenProcesses
                            + " processes do not show their network namespace: run as root or add CAP_SYS_PTRACE";
        }
    }

    /**
     * Looks now. What comes or goes meanwhile is found or not; neither is a failure.
     *
     * @throws IOException when {@code /proc} cannot be listed
     */
    public Found find() throws IOException {
        Map<Long, NetworkNamespace> found = new TreeMap<>();
        int hidden = 0;
        for (int pid : pids()) {
            Path path = proc.resolve(pid + "/ns/net");
            long inode = inodeOfLink(path);
            if (inode > 0) {
                NetworkNamespace known = found.get(inode);
                if (known != null && isKthreadd(pid)) {
                    found.put(inode, new NetworkNamespace(inode, "host", known.pid(), known.path()));
                }
                found.putIfAbsent(inode, new NetworkNamespace(inode, isKthreadd(pid) ? "host" : null, pid, path));
            } else if (inode == HIDDEN && Files.exists(proc.resolve(Integer.toString(pid)))) {
                hidden++;
            }
        }
        for (Path directory : nameDirectories) {
            addNamed(directory, found);
        }
        List<NetworkNamespace> namespaces = new ArrayList<>(found.values());
        namespaces.sort((a, b) -> {
            int byRank = Integer.compare(rank(a), rank(b));
            return byRank != 0 ? byRank : a.label().compareTo(b.label());
        });
        return new Found(namespaces, hidden);
    }

    /** The parent of all kernel threads never leaves the first namespace; in a container process 2 is another one. */
    private boolean isKthreadd(int pid) {
        try {
            return pid == 2 && Files.readString(proc.resolve("2/comm")).equals("kthreadd\n");
        } catch (IOException ended) {
            return false;
        }
    }

    private static int rank(NetworkNamespace namespace) {
        return "host".equals(namespace.name()) ? 0 : namespace.name() != null ? 1 : 2;
    }

    /** The number in {@code net:[4026531840]}. */
    private static long inodeOfLink(Path path) {
        try {
            String link = Files.readSymbolicLink(path).toString();
            return Long.parseLong(link, link.indexOf('[') + 1, link.indexOf(']'), 10);
        } catch (NoSuchFileException ended) {
            return GONE;
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException refused) {
            return HIDDEN;
        }
    }

    private int[] pids() throws IOException {
        String[] names = proc.toFile().list();
        if (names == null) {
            throw new IOException(proc + ": not a directory that can be listed");
        }
        int[] pids = new int[names.length];
        int count = 0;
        for (String name : names) {
            if (!name.isEmpty() && name.length() < 10 && Character.isDigit(name.charAt(0))) {
                pids[count++] = Integer.parseInt(name);
            }
        }
        int[] exact = Arrays.copyOf(pids, count);
        Arrays.sort(exact);
        return exact;
    }

    private static void addNamed(Path directory, Map<Long, NetworkNamespace> found) {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
            for (Path file : names) {
                addNamed(file, String.valueOf(file.getFileName()), found);
            }
        } catch (IOException | DirectoryIteratorException noNames) {
            // A host without named namespaces has no such directory.
            return;
        }
    }

    private static void addNamed(Path file, String name, Map<Long, NetworkNamespace> found) {
        long inode;
        try {
            inode = (Long) Files.getAttribute(file, "unix:ino");
            // A name on which no namespace is mounted is an empty file of a temporary file system.
            if ((Integer) Files.getAttribute(file, "unix:nlink") != 1
                    || Files.getFileStore(file).type().equals("tmpfs")) {
                return;
            }
        } catch (IOException | UnsupportedOperationException gone) {
            return;
        }
        NetworkNamespace known = found.get(inode);
        if (known == null) {
            found.put(inode, new NetworkNamespace(inode, name, NetworkNamespace.NO_PROCESS, file));
        } else if (known.name() == null) {
            found.put(inode, new NetworkNamespace(inode, name, known.pid(), file));
        }
    }
}
