// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.export.Samples;
import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.TransitionLedger;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.ProbeReport;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.SocketUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SystemdNotifierTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final String STATUS = "STATUS=7 sockets: 2 LISTEN, 1 SYN-RECEIVED, 1 ESTABLISHED; netlink, every ";

    private final List<String> sent = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private boolean deaf;
    private long nanos = 1_000 * SECOND;
    private SystemdNotifier notifier = notifier(30);

    private SystemdNotifier notifier(long watchdogSeconds) {
        return new SystemdNotifier(
                message -> {
                    if (deaf) {
                        throw new IOException("nobody listens");
                    }
                    sent.add(message);
                },
                watchdogSeconds * SECOND,
                () -> nanos,
                (priority, line) -> log.add(priority + " " + line));
    }

    private static Report every(long seconds, Report report) {
        Following following = new Following(
                new ConnectionTracker(1).report(),
                new TransitionLedger().transitions(),
                new Following.Pace(Tier.FULL, 0, seconds * SECOND, 15 * SECOND, 1),
                Map.of(),
                Map.of(),
                new Following.EventStream(null, 0, 0),
                ProbeReport.none("switched off"),
                KernelEvents.NONE,
                SocketUsage.UNKNOWN);
        return new Report(
                report.takenAt(),
                report.takenNanos(),
                report.host(),
                report.source(),
                report.coverage(),
                report.ipv4(),
                report.ipv6(),
                report.unknownStates(),
                report.filter(),
                report.problems(),
                report.range(),
                report.ports(),
                report.services(),
                following,
                report.findings());
    }

    /** Publishes the same report again and again; what was sent, with the second of each. */
    private List<String> publish(Report report, long everySeconds, long forSeconds) {
        List<String> all = new ArrayList<>();
        for (long second = 0; second <= forSeconds; second += everySeconds) {
            sent.clear();
            notifier.published(every(everySeconds, report));
            for (String message : sent) {
                all.add(second + " " + message);
            }
            nanos += everySeconds * SECOND;
        }
        return all;
    }

    @Test
    void isNeitherReadyNorAliveWhileClientsAreNotServed() {
        boolean[] serves = {false};
        notifier.onlyWhile(() -> serves[0]);
        assertEquals(List.of(), publish(Samples.report(), 1, 5));
        serves[0] = true;
        notifier.published(every(1, Samples.report()));
        assertEquals(List.of("READY=1\nWATCHDOG=1\n" + STATUS + "1 s"), sent);
        serves[0] = false;
        assertEquals(List.of(), publish(Samples.report(), 1, 60));
    }

    @Test
    void isReadyWithTheFirstCompleteSample() {
        assertEquals(List.of("0 STATUS=no sample: EPERM two lines"), publish(Samples.failed("EPERM\ntwo lines"), 1, 4));
        assertEquals(
                List.of("0 " + STATUS + "1 s; incomplete: cut short"), publish(Samples.partial("cut short"), 1, 4));
        assertEquals(List.of("0 READY=1\nWATCHDOG=1\n" + STATUS + "1 s"), publish(Samples.report(), 1, 4));
    }

    @Test
    void feedsTheWatchdogAtHalfItsPatienceAsLongAsSamplesCome() {
        publish(Samples.report(), 1, 0);
        assertEquals(List.of("14 WATCHDOG=1", "29 WATCHDOG=1", "44 WATCHDOG=1"), publish(Samples.report(), 1, 45));
        // Time passes and no sample is published.
        sent.clear();
        nanos += 100 * SECOND;
        assertEquals(List.of(), sent);
    }

    @Test
    void asksForPatienceWhereSamplesAreFarApart() {
        assertEquals(
                List.of(
                        "0 READY=1\nWATCHDOG=1\nWATCHDOG_USEC=180000000\n" + STATUS + "60 s",
                        "60 WATCHDOG=1",
                        "120 WATCHDOG=1"),
                publish(Samples.report(), 60, 120));
        // Nearer together again.
        assertEquals(
                "0 WATCHDOG=1\nWATCHDOG_USEC=30000000\n" + STATUS + "1 s",
                publish(Samples.report(), 1, 1).get(0));
    }

    @Test
    void feedsNoWatchdogThatIsNotThere() {
        notifier = notifier(0);
        assertEquals(List.of("0 READY=1\n" + STATUS + "1 s"), publish(Samples.report(), 1, 100));
    }

    @Test
    void tellsNumbersThatChangeNotMoreOftenThanEveryFiveSeconds() {
        publish(Samples.report(), 1, 0);
        List<String> seconds = new ArrayList<>();
        for (int second = 1; second <= 12; second++) {
            sent.clear();
            notifier.published(second % 2 == 0 ? Samples.report() : Samples.partial("cut short"));
            if (!sent.isEmpty()) {
                seconds.add(second + " " + sent.get(0).substring(0, 6));
            }
            nanos += SECOND;
        }
        assertEquals(List.of("5 STATUS", "10 STATUS"), seconds);
    }

    @Test
    void saysWhenSettingsAreReadAgainAndWhenItStops() {
        notifier.reloading();
        assertEquals(List.of(), sent, "not while it starts");
        publish(Samples.report(), 1, 0);
        sent.clear();
        nanos = 1_234_567_890_123L;
        notifier.reloading();
        notifier.reloaded();
        notifier.stopping();
        notifier.published(Samples.report());
        assertEquals(List.of("RELOADING=1\nMONOTONIC_USEC=1234567890", "READY=1", "STOPPING=1\nSTATUS=stopping"), sent);
    }

    @Test
    void triesAgainWhatCouldNotBeSentAndSaysSoOnce() {
        deaf = true;
        publish(Samples.report(), 1, 3);
        assertEquals(List.of("WARNING systemd does not hear how the daemon does: nobody listens"), log);
        deaf = false;
        assertEquals(List.of("0 READY=1\nWATCHDOG=1\n" + STATUS + "1 s"), publish(Samples.report(), 1, 1));
    }

    @Test
    void readsHowLongTheWatchdogWaits() {
        assertEquals(30 * SECOND, SystemdNotifier.watchdogNanos(Map.of("WATCHDOG_USEC", "30000000"), 7));
        assertEquals(
                30 * SECOND,
                SystemdNotifier.watchdogNanos(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "7"), 7));
        assertEquals(0, SystemdNotifier.watchdogNanos(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "8"), 7));
        assertEquals(0, SystemdNotifier.watchdogNanos(Map.of(), 7));
        assertEquals(0, SystemdNotifier.watchdogNanos(Map.of("WATCHDOG_USEC", "18446744073709551615"), 7));
    }

    @Test
    void isSilentWithoutSystemd() {
        SystemdNotifier alone = new SystemdNotifier(null, 0, () -> nanos, (priority, line) -> log.add(line));
        alone.published(Samples.report());
        alone.reloading();
        alone.reloaded();
        alone.stopping();
        assertEquals(List.of(), log);
    }
}
