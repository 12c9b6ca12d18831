// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.lifecycle.Age;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.StateZoo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample loop on the running kernel. */
class DaemonIT {
    private static final Intervals PACE = new Intervals(
            TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.MILLISECONDS.toNanos(100), Double.POSITIVE_INFINITY);

    @Test
    void publishesOneReportAfterAnotherAndStops() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        Daemon daemon = new Daemon(
                () -> Sampler.followerOfThread(Sampler.SourceWish.auto, PACE, true, true),
                TestSettings.every(20, 100),
                (priority, line) -> log.add(line));
        try (StateZoo zoo = StateZoo.open()) {
            Thread watcher = new Thread(() -> {
                long first = awaitSampleAfter(daemon, Long.MIN_VALUE);
                awaitSampleAfter(daemon, first);
                daemon.stop(60, TimeUnit.SECONDS);
            });
            watcher.start();
            zoo.call(() -> {
                daemon.run();
                return true;
            });
            watcher.join();
        }
        Report last = daemon.lastReport();
        assertNotNull(last);
        assertTrue(last.coverage().isComplete(), last.coverage().reason());
        assertEquals(24, last.states().of(TcpState.ESTABLISHED));
        assertEquals(3, last.states().bound());
        assertEquals(
                List.of("source netlink with destroy events and an exact probe"),
                log,
                "one line for the first condition, none for samples alike");
    }

    /** Waits for a report of a later sample; when that was taken. */
    private static long awaitSampleAfter(Daemon daemon, long takenNanos) {
        Report report = daemon.lastReport();
        while (report == null || (takenNanos != Long.MIN_VALUE && report.takenNanos() - takenNanos <= 0)) {
            Thread.onSpinWait();
            report = daemon.lastReport();
        }
        return report.takenNanos();
    }

    /** While connections stand, its file becomes good, bad and good again. */
    @Test
    void keepsWhatItFollowsThroughReloads(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("tcpvigil.yml");
        LiveSettings settings = new LiveSettings(
                TestSettings.source(file, 20, 100),
                (priority, line) -> {},
                TestSettings.NOBODY,
                InstantSource.system(),
                System::nanoTime);
        Daemon daemon = new Daemon(
                () -> {
                    Sampler sampler = Sampler.followerOfThread(Sampler.SourceWish.auto, PACE, true, true);
                    sampler.diagnose(Diagnosis.inPassing(settings.settings().thresholds()));
                    return sampler;
                },
                settings,
                (priority, line) -> {});
        try (StateZoo zoo = StateZoo.open()) {
            Thread sampling = new Thread(
                    () -> {
                        try {
                            zoo.call(() -> {
                                daemon.run();
                                return true;
                            });
                        } catch (Exception failed) {
                            throw new AssertionError(failed);
                        }
                    },
                    "sampling");
            sampling.start();
            try {
                Report first = await(daemon, report -> age(report) > 0.2);

                Files.writeString(file, "findings: {time_wait_pile: {threshold: 0.001%}, endurance: 0s}");
                settings.request();
                Report strict = await(daemon, report -> isRaised(report, FindingId.TIME_WAIT_PILE));
                assertEquals(1, settings.status().successes());

                Files.writeString(file, "findings: {time_wait_pile: {enabled: false}, endurance: never}");
                settings.request();
                await(daemon, report -> settings.status().failures() == 1 && report.takenNanos() > strict.takenNanos());
                assertTrue(isRaised(await(daemon, report -> true), FindingId.TIME_WAIT_PILE), "nothing of it is taken");

                Files.writeString(file, "findings: {time_wait_pile: {enabled: false}}");
                settings.request();
                Report last = await(daemon, report -> !isRaised(report, FindingId.TIME_WAIT_PILE));
                LifecycleReport lifecycle = lifecycle(last);
                assertEquals(24, last.states().of(TcpState.ESTABLISHED));
                assertTrue(age(last) > age(first), "ages go on: " + age(last));
                assertEquals(
                        lifecycle(first).connections().preexisting(),
                        lifecycle.connections().preexisting(),
                        "a tracker that begins anew finds all of them there");
                assertEquals(0, lifecycle.anomalyCount());
            } finally {
                daemon.stop(60, TimeUnit.SECONDS);
                sampling.join();
            }
        }
    }

    /** Waits for a report that is so. */
    private static Report await(Daemon daemon, Predicate<Report> wanted) throws InterruptedException {
        Report report = daemon.lastReport();
        for (int i = 0; i < 12_000 && (report == null || !wanted.test(report)); i++) {
            Thread.sleep(10);
            report = daemon.lastReport();
        }
        assertNotNull(report);
        assertTrue(wanted.test(report), report.toString());
        return report;
    }

    private static LifecycleReport lifecycle(Report report) {
        Following following = report.following();
        assertNotNull(following);
        return following.lifecycle();
    }

    /** Of the oldest of the established connections, in seconds. */
    private static double age(Report report) {
        Age oldest = lifecycle(report).oldest(TcpState.ESTABLISHED);
        return oldest == null ? 0 : oldest.seconds();
    }

    private static boolean isRaised(Report report, FindingId id) {
        Findings findings = report.findings();
        return findings != null && findings.raised().stream().anyMatch(finding -> finding.id() == id);
    }
}
