// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The few files below {@code /proc/PID} that tell who holds a socket (proc(5)). A process that ends between two reads is
 * an answer like any other, never an exception. Counts what it reads.
 */
final class ProcessFiles {
    /** What {@link #socketInode} gives for a descriptor that was closed meanwhile. */
    static final int CLOSED = -1;

    /** What it gives when the link may not be read, though the descriptors may be listed (ptrace(2), PTRACE_MODE_READ). */
    static final int REFUSED = -2;

    /** A process that nobody can look into any more. */
    static final Stat ENDED = new Stat("", 0, 'X', false);

    private static final String SOCKET_LINK = "socket:[";
    private static final int[] NONE = {};
    private static final int STAT_BYTES = 1024;
    /** PF_KTHREAD of {@code include/linux/sched.h}. */
    private static final long KERNEL_THREAD = 0x0020_0000;

    /**
     * What {@code /proc/PID/stat} tells.
     *
     * @param name its {@code comm}, at most 15 bytes, which the process can change
     * @param startTicks when it started, in clock ticks since boot: with the pid this names a process for ever
     * @param state {@code Z} for a zombie, {@code X} when it is gone
     */
    record Stat(String name, long startTicks, char state, boolean kernelThread) {
        boolean hasEnded() {
            return state == 'X';
        }
    }

    private final Path root;
    private long listings;
    private long links;

    ProcessFiles(Path root) {
        this.root = root;
    }

    /** Directories of descriptors listed so far. */
    long listings() {
        return listings;
    }

    /** Links of descriptors read so far. */
    long links() {
        return links;
    }

    /**
     * All processes, in ascending order.
     *
     * @throws IOException when {@code /proc} itself cannot be listed
     */
    int[] pids() throws IOException {
        String[] names = root.toFile().list();
        if (names == null) {
            throw new NoSuchFileException(root.toString(), null, "not a directory that can be listed");
        }
        return numbers(names);
    }

    /** The descriptors of a process in ascending order; null when it ended, or does not show them. */
    int @Nullable [] descriptors(int pid) {
        listings++;
        String[] names = directory(pid, "fd").list();
        return names == null ? null : numbers(names);
    }

    /**
     * What a descriptor is, such as {@code socket:[12345]}, {@code net:[4026531840]} or a path.
     *
     * @throws IOException when it was closed meanwhile, or may not be looked at
     */
    String link(int pid, int descriptor) throws IOException {
        links++;
        return Files.readSymbolicLink(descriptorPath(pid, descriptor)).toString();
    }

    Path descriptorPath(int pid, int descriptor) {
        return root.resolve(pid + "/fd/" + descriptor);
    }

    /** The inode of a descriptor; 0 when it is no socket; or {@link #CLOSED}, {@link #REFUSED}. */
    long socketInode(int pid, int descriptor) {
        try {
            return socketInode(link(pid, descriptor));
        } catch (AccessDeniedException refused) {
            return REFUSED;
        } catch (IOException closed) {
            return CLOSED;
        }
    }

    /** The inode in the text of a link; 0 when that is no socket. */
    static long socketInode(String link) {
        return link.startsWith(SOCKET_LINK) ? Long.parseLong(link, SOCKET_LINK.length(), link.length() - 1, 10) : 0;
    }

    /** Whether all threads of a process are in this network namespace; false when it ended, or does not show it. */
    boolean isOnlyIn(Path namespace, int pid) {
        String[] threads = directory(pid, "task").list();
        try {
            for (String thread : threads == null ? new String[0] : threads) {
                if (!Files.readSymbolicLink(root.resolve(pid + "/task/" + thread + "/ns/net"))
                        .equals(namespace)) {
                    return false;
                }
            }
        } catch (IOException ended) {
            return false;
        }
        return threads != null;
    }

    /**
     * The network namespace of the calling thread, as links to it have it: {@code net:[4026531840]}.
     *
     * @throws IOException when it cannot be read
     */
    Path ownNamespace() throws IOException {
        return Files.readSymbolicLink(root.resolve("thread-self/ns/net"));
    }

    /** Start and state; {@link #ENDED} when the process is gone. */
    Stat stat(int pid) {
        String text = read(pid, "stat", STAT_BYTES);
        // The name stands in parentheses and may hold any byte, parentheses and blanks included.
        int begin = text.indexOf('(');
        int end = text.lastIndexOf(')');
        if (begin < 0 || end < begin || end + 2 >= text.length()) {
            return ENDED;
        }
        String[] fields = text.substring(end + 2).split(" ", 22);
        if (fields.length < 21) {
            return ENDED;
        }
        // Fields 3 (state), 9 (flags) and 22 (starttime) of proc_pid_stat(5); fields[0] is the third.
        return new Stat(
                text.substring(begin + 1, end),
                number(fields[19]),
                fields[0].charAt(0),
                (number(fields[6]) & KERNEL_THREAD) != 0);
    }

    /** The text of {@code /proc/PID/cgroup}; empty when the process is gone. */
    String cgroup(int pid) {
        return read(pid, "cgroup", 16 * 1024);
    }

    private File directory(int pid, String name) {
        return new File(new File(root.toFile(), Integer.toString(pid)), name);
    }

    /** What one read gives, one char a byte; empty when the file is gone or refused. */
    private String read(int pid, String name, int limit) {
        try (FileInputStream in = new FileInputStream(directory(pid, name))) {
            byte[] bytes = new byte[limit];
            int got = in.read(bytes);
            return new String(bytes, 0, Math.max(0, got), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    /** Those names that are numbers, ascending. */
    private static int[] numbers(String[] names) {
        int[] numbers = names.length == 0 ? NONE : new int[names.length];
        int count = 0;
        for (String name : names) {
            int number = 0;
            boolean digits = !name.isEmpty() && name.length() < 10;
            for (int i = 0; i < name.length() && digits; i++) {
                int digit = name.charAt(i) - '0';
                digits = digit >= 0 && digit <= 9;
                number = number * 10 + digit;
            }
            if (digits) {
                numbers[count++] = number;
            }
        }
        int[] exact = count == names.length ? numbers : Arrays.copyOf(numbers, count);
        Arrays.sort(exact);
        return exact;
    }
}
