// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a daemon finds, which looks in passing. */
class DaemonFindingsIT {
    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    @Test
    void keepsInFastSamplesWhatTheLastFullOneFound() throws Exception {
        Intervals pace = new Intervals(1_000_000, TimeUnit.HOURS.toNanos(1), Double.POSITIVE_INFINITY);
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                try (Sampler sampler = Sampler.followerOfThread(Sampler.SourceWish.auto, pace, true, false)) {
                    sampler.diagnose(Diagnosis.inPassing(Ward.QUICK));
                    Report full = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    Report fast = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    assertNotNull(full.findings());
                    assertNotNull(fast.following());
                    assertEquals(Tier.FAST, fast.following().pace().tier());
                    assertSame(full.findings(), fast.findings());
                }
                return true;
            });
        }
    }

    private static Ward looksInPassing() {
        return new Ward(
                Sampler.followerOfThread(Sampler.SourceWish.auto, Ward.AT_ONCE, true, false),
                Diagnosis.inPassing(Ward.QUICK));
    }

    /** The dumps of a daemon do not bring the time since the last ACK: it must ask for that. */
    @Test
    void tellsHalfClosedConnectionsInUseFromForgottenOnes() throws Exception {
        Ward.inNamespace(DaemonFindingsIT::looksInPassing, ward -> {
            try (Connections busy = new Connections(128).open(30)) {
                Connections.shutdownAll(busy.clients);
                long end = System.nanoTime() + 3 * TimeUnit.MILLISECONDS.toNanos(Ward.QUICK.stuckMillis());
                while (System.nanoTime() - end < 0) {
                    Connections.writeAll(busy.servers);
                    assertEquals(List.of(), ward.look());
                    Thread.sleep(50);
                }
                Finding forgotten = ward.await(FindingId.CLOSE_WAIT_LEAK, each -> each.count() == 30);
                assertFalse(forgotten.meaning().contains("may be half closed"), forgotten.meaning());
                Connections.closeAll(busy.servers);
                ward.awaitGone(FindingId.CLOSE_WAIT_LEAK, FindingId.FIN_WAIT_2_PILE);
            }
        });
    }

    @Test
    void saysThatProcDoesNotTellThemApart() throws Exception {
        Callable<Ward> readsProc = () -> new Ward(
                Sampler.followerOfThread(Sampler.SourceWish.proc, Ward.AT_ONCE, false, false),
                Diagnosis.inPassing(Ward.QUICK));
        Ward.inNamespace(readsProc, ward -> {
            try (Connections waiting = new Connections(128).open(30)) {
                Connections.shutdownAll(waiting.clients);
                Finding silent = ward.await(FindingId.CLOSE_WAIT_LEAK);
                assertTrue(silent.meaning().contains("may be half closed"), silent.meaning());
            }
        });
    }

    /** Connections that are reset as soon as they are open: nothing of them is left for the next look. */
    private static void churn(Connections brief) throws IOException {
        brief.open(150);
        Connections.resetAll(brief.clients);
        Connections.closeAll(brief.servers);
    }

    @Test
    void saysThatItMissesMostOfWhatHappensWhereItOnlyLooks() throws Exception {
        Callable<Ward> looksOnly = () -> new Ward(
                Sampler.followerOfThread(Sampler.SourceWish.auto, Ward.AT_ONCE, false, false), Ward.thorough());
        Ward.inNamespace(looksOnly, ward -> {
            Optional<Finding> blind = Optional.empty();
            try (Connections brief = new Connections(256)) {
                ward.look();
                for (int round = 0; round < 200 && blind.isEmpty(); round++) {
                    churn(brief);
                    blind = ward.look().stream()
                            .filter(finding -> finding.id() == FindingId.SAMPLING_BLIND)
                            .findFirst();
                }
            }
            Finding found = blind.orElseThrow();
            assertTrue(Ward.measure(found, "seen") < Ward.measure(found, "counted") / 2, found.toString());
            ward.awaitGone(FindingId.SAMPLING_BLIND);
        });
    }

    @Test
    void isNotBlindWhereTheKernelTellsOfEachConnection() throws Exception {
        Ward.inNamespace(ward -> {
            try (Connections brief = new Connections(256)) {
                ward.look();
                long end = System.nanoTime() + 3 * TimeUnit.MILLISECONDS.toNanos(Ward.QUICK.enduranceMillis());
                while (System.nanoTime() - end < 0) {
                    churn(brief);
                    List<Finding> found = ward.look();
                    assertTrue(
                            found.stream().noneMatch(finding -> finding.id() == FindingId.SAMPLING_BLIND),
                            found.toString());
                }
            }
        });
    }
}
