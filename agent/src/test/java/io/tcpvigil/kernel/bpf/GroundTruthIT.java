// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.KernelRest;
import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The probe against others who count the same: bpftrace (package bpftrace), and the kernel's own counters. */
class GroundTruthIT {
    private static final Libc LIBC = Libc.get();
    private static final long PATIENCE_SECONDS = 60;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    private static TransitionProbe open(TransitionProbe.Settings settings) {
        TransitionProbe.Attempt attempt = TransitionProbe.open(LIBC, settings);
        if (attempt instanceof TransitionProbe.Opened opened) {
            return opened.probe();
        }
        return fail(attempt.toString());
    }

    private static Map<String, Long> counts(TransitionProbe probe) throws IOException {
        TransitionTotals totals = new TransitionTotals();
        probe.read(totals);
        assertEquals(0, totals.transitionsMissed());
        Map<String, Long> counts = new TreeMap<>();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                long count = totals.count(Where.WATCHED, from, to);
                if (count > 0) {
                    counts.put(from.kernelNumber() + ", " + to.kernelNumber(), count);
                }
            }
        }
        return counts;
    }

    private static boolean churn() throws IOException {
        for (String address : new String[] {"127.0.0.1", "::1"}) {
            try (Churn churn = new Churn(address)) {
                churn.closeInTurn(300);
                churn.abort(200);
                churn.refused(100);
            }
        }
        KernelRest.await();
        return true;
    }

    @Test
    void countsWhatBpftraceCounts() throws Exception {
        Requirement.program("bpftrace");
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                PrivateNamespace herald = PrivateNamespace.create(LIBC)) {
            long inode = watched.call(TransitionProbe::threadNamespace);
            long heraldInode = herald.call(TransitionProbe::threadNamespace);
            String inum = "((struct sock *)args->skaddr)->__sk_common.skc_net.net->ns.inum";
            String event = "tracepoint:sock:inet_sock_set_state /args->protocol == 6 && " + inum + " == ";
            String script = event + inode + "/ { @[args->oldstate, args->newstate] = count(); } " + event + heraldInode
                    + "/ { printf(\"ready\\n\"); }";
            // bpftrace wants tracefs mounted; it sees a mount of its own.
            Process bpftrace = new ProcessBuilder(
                            "unshare",
                            "-m",
                            "sh",
                            "-c",
                            "mount -t tracefs tracefs /sys/kernel/tracing; exec bpftrace -e \"$0\"",
                            script)
                    .redirectErrorStream(true)
                    .start();
            try (TransitionProbe probe = open(watched.call(TransitionProbe.Settings::ofThread))) {
                LinkedBlockingQueue<String> lines = read(bpftrace);
                awaitReady(bpftrace, herald, lines);
                watched.call(GroundTruthIT::churn);
                Map<String, Long> ours = counts(probe);
                // SIGINT makes it print its maps.
                assertEquals(
                        0,
                        new ProcessBuilder("kill", "-INT", Long.toString(bpftrace.pid()))
                                .start()
                                .waitFor());
                assertTrue(bpftrace.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "bpftrace goes on");
                assertEquals(bpftraceCounts(lines), ours);
                assertTrue(ours.size() > 10, ours.toString());
            } finally {
                bpftrace.destroyForcibly();
            }
        }
    }

    private static LinkedBlockingQueue<String> read(Process process) {
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = new Thread(() -> {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                in.lines().forEach(lines::add);
            } catch (IOException closed) {
                lines.add(closed.toString());
            }
            lines.add("(end)");
        });
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    /** Makes transitions elsewhere until bpftrace sees them. */
    private static void awaitReady(Process bpftrace, PrivateNamespace herald, LinkedBlockingQueue<String> lines)
            throws Exception {
        StringBuilder said = new StringBuilder();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() - deadline < 0 && bpftrace.isAlive()) {
            herald.call(() -> {
                new Churn("127.0.0.1").close();
                return true;
            });
            String line = lines.poll(100, TimeUnit.MILLISECONDS);
            if (line != null) {
                if (line.equals("ready")) {
                    return;
                }
                said.append(line).append('\n');
            }
        }
        fail("bpftrace did not begin to count: " + said);
    }

    /** Reads lines such as {@code @[7, 2]: 30}. */
    private static Map<String, Long> bpftraceCounts(LinkedBlockingQueue<String> lines) throws InterruptedException {
        Map<String, Long> counts = new TreeMap<>();
        String line = lines.take();
        while (!line.equals("(end)")) {
            int close = line.indexOf("]: ");
            if (line.startsWith("@[") && close > 0) {
                counts.put(line.substring(2, close), Long.parseLong(line.substring(close + 3)));
            }
            line = lines.take();
        }
        return counts;
    }

    private static Map<String, Long> snmp() throws IOException {
        String[] names = {};
        Map<String, Long> counters = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/thread-self/net/snmp"))) {
            if (line.startsWith("Tcp:")) {
                String[] words = line.split(" ", -1);
                if (names.length == 0) {
                    names = words;
                } else {
                    for (int i = 1; i < words.length; i++) {
                        counters.put(names[i], Long.parseLong(words[i]));
                    }
                }
            }
        }
        return counters;
    }

    @Test
    void countsWhatTheKernelsCountersCount() throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                TransitionProbe probe = open(watched.call(TransitionProbe.Settings::ofThread))) {
            Map<String, Long> counters = watched.call(() -> {
                Map<String, Long> before = snmp();
                churn();
                Map<String, Long> after = snmp();
                after.replaceAll((name, value) -> value - before.getOrDefault(name, 0L));
                return after;
            });
            Map<String, Long> ours = counts(probe);
            assertEquals(1200, counters.get("ActiveOpens"));
            assertEquals(counters.get("ActiveOpens"), ours.get("7, 2"));
            assertEquals(counters.get("PassiveOpens"), ours.get("10, 3"));
            assertEquals(counters.get("AttemptFails"), ours.get("2, 7"));
            assertEquals(counters.get("EstabResets"), ours.get("1, 7"));
        }
    }
}
