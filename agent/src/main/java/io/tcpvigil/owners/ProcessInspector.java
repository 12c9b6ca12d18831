// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.owners;

import io.tcpvigil.Nullable;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import oshi.util.FileUtil;
import oshi.util.driver.linux.proc.ProcessStat;
import oshi.util.driver.linux.proc.ProcessStat.PidStat;
import oshi.util.linux.ProcPath;
import oshi.util.tuples.Triplet;

/**
 * Asks OSHI about single processes. Through its readers of {@code /proc}, not through its {@code OSProcess}: that one
 * starts {@code uname}, {@code getconf}, {@code id} and {@code getent}, and tcpvigil runs no command to read data; it takes
 * 200 ms at first use where these take 50 (JDK 17, Linux 6.18, 2 CPUs).
 *
 * <p>Nothing of OSHI is loaded before the first question. Not thread-safe.
 */
public final class ProcessInspector {
    private static final String LIMIT_OF_FILES = "Max open files";

    private final Path passwords;
    private @Nullable Map<Long, String> users;

    public ProcessInspector() {
        this(Path.of("/etc/passwd"));
    }

    ProcessInspector(Path passwords) {
        this.passwords = passwords;
    }

    /** What is known of a process now; empty when it has ended, also when another one has its pid. */
    public Optional<ProcessDetails> details(OwnerProcess process) {
        int pid = process.pid();
        if (hasEnded(process)) {
            return Optional.empty();
        }
        long uid = uid(FileUtil.getKeyValueMapFromFile(path(ProcPath.PID_STATUS, pid), ":")
                .getOrDefault("Uid", ""));
        List<String> limits = FileUtil.readFile(path(ProcPath.PID_STAT, pid).replace("/stat", "/limits"), false);
        ProcessDetails details = new ProcessDetails(
                process,
                uid,
                uid == ProcessDetails.UNKNOWN ? null : users().get(uid),
                commandLine(pid),
                openFiles(pid),
                limit(limits, 0),
                limit(limits, 1));
        // What was read between two looks at one and the same process is that process's.
        return hasEnded(process) ? Optional.empty() : Optional.of(details);
    }

    private static boolean hasEnded(OwnerProcess process) {
        Triplet<String, Character, Map<PidStat, Long>> stat = ProcessStat.getPidStats(process.pid());
        return stat == null || stat.getC().getOrDefault(PidStat.STARTTIME, -1L) != process.startTicks();
    }

    private static String path(String pattern, int pid) {
        return pattern.replace("%d", Integer.toString(pid));
    }

    private static String commandLine(int pid) {
        byte[] bytes = FileUtil.readAllBytes(path(ProcPath.PID_CMDLINE, pid), false);
        return new String(bytes, StandardCharsets.UTF_8).replace('\0', ' ').stripTrailing();
    }

    /** The first of the four numbers: the real user id (proc_pid_status(5)). */
    private static long uid(String numbers) {
        int end = 0;
        while (end < numbers.length() && Character.isDigit(numbers.charAt(end))) {
            end++;
        }
        return end == 0 || end > 10 ? ProcessDetails.UNKNOWN : Long.parseLong(numbers, 0, end, 10);
    }

    private static long openFiles(int pid) {
        File[] files = ProcessStat.getFileDescriptorFiles(pid);
        // OSHI gives an empty list where it may not look; no process that runs has none but by closing all of them.
        return files.length == 0 && !new File(path(ProcPath.PID_FD, pid)).canRead()
                ? ProcessDetails.UNKNOWN
                : files.length;
    }

    /**
     * A column of {@code Max open files            1024                 524288               files}, after proc_pid_limits(5).
     */
    static long limit(List<String> lines, int column) {
        for (String line : lines) {
            if (line.startsWith(LIMIT_OF_FILES)) {
                String[] columns =
                        line.substring(LIMIT_OF_FILES.length()).trim().split(" +", 3);
                if (columns.length > column) {
                    return columns[column].equals("unlimited") ? Long.MAX_VALUE : parse(columns[column]);
                }
            }
        }
        return ProcessDetails.UNKNOWN;
    }

    private static long parse(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException none) {
            return ProcessDetails.UNKNOWN;
        }
    }

    private Map<Long, String> users() {
        Map<Long, String> known = users;
        if (known == null) {
            known = readUsers();
            users = known;
        }
        return known;
    }

    /** Lines such as {@code www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin}, after passwd(5). */
    private Map<Long, String> readUsers() {
        Map<Long, String> found = new HashMap<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(passwords, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            // Then users are shown by their number.
            return found;
        }
        for (String line : lines) {
            String[] fields = line.split(":", 4);
            if (fields.length == 4) {
                found.putIfAbsent(parse(fields[2]), fields[0]);
            }
        }
        return found;
    }
}
