// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.ports.UdpPort;
import io.tcpvigil.report.GroupedCounts.Group;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who holds the sockets, as the daemon sees it in passing: a process, its child that shares them, and another. */
class HoldingsIT {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Five connections to itself, a sixth that it does not accept, and a child of another name with all of them. */
    private static final String SHARING = "use Socket; $| = 1; $0 = 'first one';"
            + " socket(my $l, PF_INET, SOCK_STREAM, 0); bind($l, sockaddr_in(0, INADDR_LOOPBACK)); listen($l, 9) or die;"
            + " my @held; for (1..6) { socket(my $c, PF_INET, SOCK_STREAM, 0); connect($c, getsockname($l)) or die;"
            + " push @held, $c; if ($_ < 6) { accept(my $s, $l) or die; push @held, $s; } }"
            + " pipe(my $done, my $tell); if (!fork()) { $0 = 'second'; close($tell); print \"ready\\n\"; <STDIN>; exit }"
            + " <STDIN>;";

    private static final String LISTENING = "use Socket; $| = 1; $0 = 'third';"
            + " socket(my $l, PF_INET, SOCK_STREAM, 0); bind($l, sockaddr_in(0, INADDR_LOOPBACK)); listen($l, 9) or die;"
            + " print \"ready\\n\"; <STDIN>;";

    private static Process start(String program) throws Exception {
        Process process = new ProcessBuilder("perl", "-e", program)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader answers = process.inputReader();
        assertEquals("ready", answers.readLine());
        return process;
    }

    private static Holdings holdings(Report report) {
        Resources resources = Objects.requireNonNull(report.resources());
        return Objects.requireNonNull(resources.holdings());
    }

    @Test
    void countsEachSocketOnceUnderTheProcessThatOpenedIt() throws Exception {
        Requirement.root();
        Requirement.program("perl");
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                Process sharing = start(SHARING);
                Process listening = start(LISTENING);
                try (Sampler sampler =
                        Sampler.followerOfThread(Sampler.SourceWish.auto, Intervals.every(1_000_000), true, false)) {
                    sampler.diagnose(Diagnosis.inPassing(Thresholds.USUAL));
                    Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    // How long the search takes depends on what else runs on the host.
                    long deadline = System.nanoTime() + DEADLINE_NANOS;
                    while (holdings(report).noProcess().total() > 0 && System.nanoTime() < deadline) {
                        report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    }
                    Holdings holdings = holdings(report);
                    assertEquals(
                            List.of("first one", "third"),
                            holdings.processes().stream().map(Group::key).toList());
                    StateCounts first = holdings.processes().get(0).states();
                    assertEquals(12, first.of(TcpState.ESTABLISHED), "what waits for accept is its listener's");
                    assertEquals(1, first.of(TcpState.LISTEN));
                    assertEquals(1, holdings.processes().get(1).states().total());
                    assertEquals(0, holdings.noProcess().total());
                    StateCounts units = holdings.noUnit();
                    for (Group unit : holdings.units()) {
                        units = units.plus(unit.states());
                    }
                    assertEquals(report.states(), units);
                    assertEquals(
                            12,
                            holdings.descriptors().stream()
                                    .filter(each -> each.name().equals("first one") && each.limit() > 0)
                                    .mapToLong(Holdings.Descriptors::open)
                                    .map(open -> Math.min(open, 12))
                                    .sum());
                } finally {
                    sharing.destroyForcibly().waitFor();
                    listening.destroyForcibly().waitFor();
                }
                return true;
            });
        }
    }

    private static List<String> holders(Report report) {
        return holdings(report).processes().stream().map(Group::key).toList();
    }

    /** Samples until these processes hold the sockets; how long the search takes depends on what else runs on the host. */
    private static Report await(Sampler sampler, List<String> names) {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
        while (!holders(report).equals(names) && System.nanoTime() < deadline) {
            report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
        }
        assertEquals(names, holders(report));
        return report;
    }

    @Test
    void noticesThatASocketWasPassedOn(@TempDir Path scratch) throws Exception {
        Requirement.root();
        Requirement.program("perl");
        Path script = scratch.resolve("passed.pl");
        try (InputStream in = HoldingsIT.class.getResourceAsStream("passed.pl")) {
            Files.copy(Objects.requireNonNull(in), script);
        }
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                Process perl = new ProcessBuilder("perl", script.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                try (BufferedReader lines = perl.inputReader();
                        Sampler sampler = Sampler.followerOfThread(
                                Sampler.SourceWish.auto, Intervals.every(1_000_000), true, false)) {
                    assertEquals("ready", lines.readLine());
                    sampler.diagnose(Diagnosis.inPassing(Thresholds.USUAL));
                    Report report = await(sampler, List.of("giver"));
                    UdpPort udp = Objects.requireNonNull(report.ports().udp()).get(0);
                    assertEquals(51820, udp.port());
                    assertEquals(
                            "giver", Objects.requireNonNull(udp.owners()).get(0).name());
                    perl.getOutputStream().write('\n');
                    perl.getOutputStream().flush();
                    assertEquals("passed", lines.readLine());
                    await(sampler, List.of("taker"));
                } finally {
                    perl.getOutputStream().close();
                    assertTrue(perl.waitFor(10, TimeUnit.SECONDS));
                }
                return true;
            });
        }
    }
}
