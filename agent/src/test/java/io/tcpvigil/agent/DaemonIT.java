// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.StateZoo;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

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
                daemon.stop(10, TimeUnit.SECONDS);
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
}
