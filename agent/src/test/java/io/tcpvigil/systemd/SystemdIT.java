// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as {@code agent/bin/install} makes it, run by a real systemd: one that is booted for it in a container. */
class SystemdIT {
    private static final String DROP_INS = "/etc/systemd/system/tcpvigil.service.d";
    private static final long STOP_SECONDS = 2;
    /** The kernel takes twice what is asked for. */
    private static final long LARGE_BUFFER_BYTES = 2L << 24;

    private static final long FIRST_DYNAMIC_USER = 61184;
    private static final long LAST_DYNAMIC_USER = 65519;

    @TempDir
    private static Path scratch;

    private static Guest guest;

    @BeforeAll
    static void boot() throws Exception {
        guest = Guest.boot(scratch);
        guest.write(
                "/etc/default/tcpvigil",
                "ARGS=\"--full-interval=1s --cpu-budget=100\"\nJAVA_HOME=" + System.getProperty("java.home") + "\n");
    }

    @AfterAll
    static void shutDown() throws Exception {
        if (guest != null) {
            guest.close();
        }
    }

    /** Starts the service anew with these features and nothing of an earlier start; returns when it has said READY. */
    private static void start(String... features) throws Exception {
        startWith("", features);
    }

    private static void startWith(String settings, String... features) throws Exception {
        guest.run("rm", "-rf", DROP_INS).orFail();
        guest.write(DROP_INS + "/test.conf", "[Service]\n" + settings);
        for (String feature : features) {
            guest.run("ln", "-s", "/usr/lib/tcpvigil/systemd/" + feature + ".conf", DROP_INS)
                    .orFail();
        }
        guest.run("systemctl", "daemon-reload").orFail();
        guest.run("systemctl", "restart", "tcpvigil").orFail();
        assertEquals("active", guest.property("ActiveState"));
    }

    /** What the daemon itself has said since it was started. */
    private static String journal(String priority) throws Exception {
        return guest.run(
                        "journalctl",
                        "--quiet",
                        "--output=cat",
                        "--priority=" + priority + ".." + priority,
                        "_SYSTEMD_INVOCATION_ID=" + guest.property("InvocationID"))
                .orFail();
    }

    private static String awaitJournal(String priority, String text) throws Exception {
        return guest.await(() -> journal(priority), said -> said.contains(text));
    }

    private static String get(String path) throws Exception {
        return guest.run(
                        "bash",
                        "-c",
                        "exec 3<>/dev/tcp/127.0.0.1/9794; printf 'GET %s HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' "
                                + path + " >&3; cat <&3")
                .orFail();
    }

    private static String ofMainProcess(String field) throws Exception {
        Matcher line = Pattern.compile("(?m)^" + field + ":\\s*(\\S+)")
                .matcher(guest.read("/proc/" + guest.property("MainPID") + "/status"));
        assertTrue(line.find(), field);
        return line.group(1);
    }

    /** A program in Perl that says {@code up} when it is ready. */
    private static Process perl(String program, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 3];
        command[0] = "perl";
        command[1] = "-e";
        command[2] = "$| = 1; " + program;
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        Process process = guest.start(command);
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        assertEquals("up", out.readLine());
        return process;
    }

    private static Process listeners(int count) throws Exception {
        return perl(
                "use IO::Socket::INET;"
                        + " my @held = map { IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die } 1..$ARGV[0];"
                        + " print \"up\\n\"; <STDIN>",
                Integer.toString(count));
    }

    @Test
    void isReadyWithItsFirstSampleAndTellsLiveNumbers() throws Exception {
        start();
        assertTrue(get("/-/ready").startsWith("HTTP/1.1 200 "), "ready when systemd says so");
        String status = guest.property("StatusText");
        assertTrue(status.matches("[0-9]+ sockets: .*; 0 critical, 0 warning; netlink, every 1 s"), status);
        Process listeners = listeners(40);
        try {
            guest.await(() -> guest.property("StatusText"), text -> text.matches("4[0-9] sockets: 4[0-9] LISTEN.*"));
        } finally {
            listeners.destroy();
        }
        awaitJournal("info", "source netlink with destroy events; without an exact probe: ");
    }

    @Test
    void runsAsNobodyInParticularWithNoRight() throws Exception {
        start();
        long user = Long.parseLong(ofMainProcess("Uid"));
        assertTrue(user >= FIRST_DYNAMIC_USER && user <= LAST_DYNAMIC_USER, "uid " + user);
        assertEquals("0000000000000000", ofMainProcess("CapEff"));
        assertEquals("0000000000000000", ofMainProcess("CapBnd"));
        assertEquals("1", ofMainProcess("NoNewPrivs"));
        assertEquals("2", ofMainProcess("Seccomp"), "a filter");
    }

    /** The one thread that samples is stopped, from outside; the others go on, and the page is served. */
    @Test
    void isKilledAndStartedAgainWhenSamplesStopComing() throws Exception {
        startWith("WatchdogSec=4s\nRestartSec=100ms\n");
        String before = guest.property("MainPID");
        String thread = guest.run("bash", "-c", "grep -l ^sampler$ /proc/" + before + "/task/*/comm")
                .orFail()
                .strip()
                .replaceAll(".*/task/([0-9]+)/comm", "$1");
        // PTRACE_SEIZE and PTRACE_INTERRUPT stop one thread of a process; __WALL waits for threads, too.
        Process stopper = perl(
                "my ($call, $thread) = map { $_ + 0 } @ARGV; for my $request (0x4206, 0x4207) {"
                        + " syscall($call, $request, $thread, 0, 0) == 0 or die \"ptrace: $!\" }"
                        + " waitpid($thread, 0x40000000); print \"up\\n\"; waitpid($thread, 0x40000000)",
                System.getProperty("os.arch").equals("aarch64") ? "117" : "101",
                thread);
        try {
            assertTrue(get("/-/healthy").startsWith("HTTP/1.1 200 "), "all else works");
            guest.await(
                    () -> guest.property("MainPID") + " " + guest.property("ActiveState"),
                    state -> state.endsWith(" active") && !state.equals(before + " active"));
            assertNotEquals("0", guest.property("NRestarts"));
            String said = guest.run("journalctl", "--quiet", "--output=cat", "UNIT=tcpvigil.service")
                    .orFail();
            assertTrue(said.contains("Watchdog timeout (limit 4s)!"), said);
        } finally {
            stopper.destroyForcibly();
        }
    }

    /** The same service with its loop at work outlives its watchdog several times over. */
    @Test
    void isLeftAloneAsLongAsSamplesCome() throws Exception {
        startWith("WatchdogSec=2s\nRestart=no\n");
        String before = guest.property("WatchdogTimestampMonotonic");
        guest.await(
                () -> Long.parseLong(guest.property("WatchdogTimestampMonotonic")) - Long.parseLong(before),
                fed -> fed > TimeUnit.SECONDS.toMicros(5));
        assertEquals("active", guest.property("ActiveState"));
    }

    /** The daemon may also see by itself that the file has changed, if that is before it is asked. */
    @Test
    void readsItsSettingsAgainOnReload() throws Exception {
        String file = "/etc/tcpvigil/tcpvigil.yml";
        String before = guest.read(file);
        try {
            start();
            String process = guest.property("MainPID");
            guest.write(file, "sampling: {interval: 900ms}\n");
            guest.run("systemctl", "reload", "tcpvigil").orFail();
            awaitJournal("info", "sampling.interval is now 900ms");
            awaitJournal("info", "configuration read again, as was asked for: ");
            guest.write(file, "sampling: {interval: never}\n");
            guest.run("systemctl", "reload", "tcpvigil").orFail();
            awaitJournal(
                    "err", "everything stays as it was: " + file + ":1: sampling.interval: \"never\": write a number");
            guest.await(() -> guest.property("ActiveState"), state -> state.equals("active"));
            assertEquals(process, guest.property("MainPID"));
            assertEquals("0", guest.property("NRestarts"));
        } finally {
            guest.write(file, before);
        }
    }

    @Test
    void countsExactlyWithTheProbeAndSaysWhatItLacksWithout() throws Exception {
        start();
        awaitJournal("info", "without an exact probe: kernel ");
        awaitJournal("info", "the right is missing: CAP_BPF and CAP_PERFMON");
        assertTrue(get("/metrics").contains("tcpvigil_event_source_up{source=\"probe\",} 0.0"));
        start("probe");
        awaitJournal(
                "info",
                "source netlink with destroy events and an exact probe; the owners of some sockets not readable: ");
        // CAP_PERFMON is 38, CAP_BPF 39.
        assertEquals("000000c000000000", ofMainProcess("CapEff"));
        assertEquals("000000c000000000", ofMainProcess("CapBnd"));
    }

    @Test
    void stopsWithinTwoSecondsAndTakesTheProbeWithIt() throws Exception {
        start("probe");
        String user = ofMainProcess("Uid");
        assertTrue(hasLoadedAProbe(user), "the probe is there");
        long start = System.nanoTime();
        guest.run("systemctl", "stop", "tcpvigil").orFail();
        long took = System.nanoTime() - start;
        assertTrue(took < TimeUnit.SECONDS.toNanos(STOP_SECONDS), "took " + took / 1e9 + " s");
        assertEquals("inactive success", guest.property("ActiveState") + " " + guest.property("Result"));
        assertFalse(hasLoadedAProbe(user), "the probe is gone");
    }

    private static boolean hasLoadedAProbe(String user) throws Exception {
        String programs = Commands.run("bpftool", "prog", "show").orFail();
        return Pattern.compile(" name tcpvigil_state .*\\n.* uid " + user + "\\n")
                .matcher(programs)
                .find();
    }

    @Test
    void namesProcessesWithTheRightsForThatAndSaysWhatItLacksWithout() throws Exception {
        String lack = "not readable: run as root or add CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH";
        Process listeners = listeners(3);
        try {
            start();
            guest.await(() -> get("/api/v1/report"), report -> report.contains(lack));
            start("owners");
            // CAP_DAC_READ_SEARCH is 2, CAP_SYS_PTRACE 19.
            assertEquals("0000000000080004", ofMainProcess("CapEff"));
            guest.await(() -> get("/api/v1/report"), report -> report.contains("\"findings_unchecked\""));
            assertFalse(get("/api/v1/report").contains(lack));
        } finally {
            listeners.destroy();
        }
    }

    @Test
    void countsTheSocketsOfOtherNamespacesWithTheRightForThat() throws Exception {
        guest.run("ip", "netns", "add", "blue").orFail();
        Process listeners = perl(
                "open(my $blue, '<', '/run/netns/blue') or die; syscall($ARGV[0] + 0, fileno($blue), 0) == 0 or die \"setns: $!\";"
                        + " use IO::Socket::INET; my @held = map { IO::Socket::INET->new(Listen => 1) or die } 1..3;"
                        + " print \"up\\n\"; <STDIN>",
                System.getProperty("os.arch").equals("aarch64") ? "268" : "308");
        try {
            start();
            assertFalse(get("/metrics").contains("tcpvigil_namespace_info{"), "nobody asked for them");
            start("namespaces");
            // CAP_SYS_PTRACE is 19, CAP_SYS_ADMIN 21.
            assertEquals("0000000000280000", ofMainProcess("CapEff"));
            String page =
                    guest.await(() -> get("/metrics"), text -> text.contains("name=\"blue\",source=\"netlink\",} 1.0"));
            Matcher number = Pattern.compile("tcpvigil_namespace_info\\{netns=\"([0-9]+)\",name=\"blue\"")
                    .matcher(page);
            assertTrue(number.find(), page);
            String listening =
                    "tcpvigil_connections{netns=\"" + number.group(1) + "\",family=\"ipv4\",state=\"listen\",} 3.0";
            assertTrue(page.contains(listening), page);
        } finally {
            listeners.destroy();
            guest.run("ip", "netns", "delete", "blue");
        }
    }

    @Test
    void hasLargerBuffersWithTheRightForThat() throws Exception {
        start();
        long usual = largestBufferBytes();
        start("buffers");
        assertEquals("0000000000001000", ofMainProcess("CapEff"), "CAP_NET_ADMIN is 12");
        assertEquals(LARGE_BUFFER_BYTES, largestBufferBytes());
        // Without the right net.core.rmem_max limits it, which may be set to as much.
        assertTrue(usual <= LARGE_BUFFER_BYTES, usual + " before");
    }

    /** Of the daemon's netlink sockets: {@code tcpdiag:java/395 * skmem:(r0,rb212992,...)}. */
    private static long largestBufferBytes() throws Exception {
        String sockets = guest.run("ss", "-Hf", "netlink", "-m", "-p").orFail();
        Matcher buffer = Pattern.compile("/" + guest.property("MainPID") + " .*,rb([0-9]+),")
                .matcher(sockets);
        long largest = 0;
        while (buffer.find()) {
            largest = Math.max(largest, Long.parseLong(buffer.group(1)));
        }
        assertTrue(largest > 0, sockets);
        return largest;
    }

    @Test
    void answersOtherHostsOnlyWhereThatIsOpened() throws Exception {
        String settings = guest.read("/etc/default/tcpvigil");
        guest.run("bash", "-c", "ip link set lo up && ip address replace 192.0.2.1 dev lo")
                .orFail();
        guest.write("/etc/default/tcpvigil", settings.replace("ARGS=\"", "ARGS=\"--web.listen-address=:9794 "));
        try {
            String[] connect = {"timeout", "1", "bash", "-c", "exec 3<>/dev/tcp/192.0.2.1/9794"};
            start();
            get("/-/healthy");
            assertEquals(124, guest.run(connect).code(), "nothing comes through");
            start("remote");
            guest.await(() -> guest.run(connect).code(), code -> code == 0);
        } finally {
            guest.write("/etc/default/tcpvigil", settings);
        }
    }

    @Test
    void warnsWithThePriorityForThatOfASourceThatItHadToFallBackTo() throws Exception {
        startWith("RestrictAddressFamilies=~AF_NETLINK\n");
        String said = awaitJournal("warning", "source proc, because ");
        assertFalse(said.contains("<4>"), said);
        assertTrue(guest.property("StatusText").contains("; proc, every 1 s"));
    }
}
