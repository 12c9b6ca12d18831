// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each detector on hosts made by hand: raised, over, and quiet about what is as it should be. */
class DetectorSetTest {
    private final Scene scene = new Scene();

    private static Set<FindingId> ids(Findings findings) {
        Set<FindingId> ids = EnumSet.noneOf(FindingId.class);
        findings.raised().forEach(finding -> ids.add(finding.id()));
        return ids;
    }

    private static Finding only(Findings findings, FindingId id) {
        assertEquals(EnumSet.of(id), ids(findings));
        assertEquals(1, findings.raised().size());
        return findings.raised().get(0);
    }

    private void fill(int count, TcpState state, int retransmits, int timer) {
        for (int i = 0; i < count; i++) {
            scene.socket(state, SocketKind.FULL, 40_000 + i, Scene.PEER, 5432, 100 + i, timer, 500, retransmits);
        }
    }

    @Test
    void checksEveryKindOfTrouble() {
        // Of what the kernel counts, a single look tells nothing.
        Findings first = scene.look(1);
        assertTrue(first.blind().containsAll(Set.of(FindingId.LISTEN_DROPS, FindingId.RESET_STORM)), first.toString());
        assertEquals(FindingId.values().length - first.blind().size(), first.checked());
        // There is no connection out, and no probe.
        Findings second = scene.look(1);
        assertEquals(Set.of(FindingId.EPHEMERAL_EXHAUSTION), second.blind());
        assertEquals(FindingId.values().length - 1, second.checked());
    }

    @Test
    void findsNothingOnABusyHealthyHost() {
        scene.listener(443, 3, 511);
        for (int i = 0; i < 60_000; i++) {
            scene.timeWait(443, Scene.PEER + i / 20_000, 32_768 + i % 20_000, i % 60_000);
        }
        for (int i = 0; i < 5_000; i++) {
            scene.socket(TcpState.ESTABLISHED, SocketKind.FULL, 443, Scene.PEER + 7, 1024 + i, 10_000 + i);
        }
        for (int i = 0; i < 200; i++) {
            scene.socket(TcpState.SYN_RECEIVED, SocketKind.REQUEST, 443, Scene.PEER + 8, 1024 + i, 0);
            scene.socket(TcpState.SYN_SENT, SocketKind.FULL, 50_000 + i, Scene.PEER + i, 5432, 20_000 + i);
        }
        for (int look = 0; look < 10; look++) {
            scene.count(KernelEvent.PASSIVE_OPENS, 1000)
                    .count(KernelEvent.ACTIVE_OPENS, 1000)
                    .count(KernelEvent.TW, 1000)
                    .count(KernelEvent.ESTAB_RESETS, 50)
                    .count(KernelEvent.ATTEMPT_FAILS, 5)
                    .count(KernelEvent.SYN_RETRANS, 5);
            assertEquals(List.of(), scene.look(1).raised());
        }
        Findings findings = scene.look(1);
        assertTrue(
                findings.closest().stream()
                        .anyMatch(level -> level.id() == FindingId.TIME_WAIT_PILE && level.value() == 60_000),
                findings.closest().toString());
    }

    @Test
    void countsTimeWaitAgainstTheLimitOfTheKernel() {
        scene.listener(443, 0, 511);
        for (int i = 0; i < 110_000; i++) {
            scene.timeWait(443, Scene.PEER + i / 20_000, 32_768 + i % 20_000, 30_000);
        }
        Finding pile = only(scene.settle(), FindingId.TIME_WAIT_PILE);
        assertEquals(110_000, pile.count());
        assertEquals(Scope.NAMESPACE, pile.scope());
        scene.clear();
        assertEquals(Set.of(), ids(scene.settle()));
    }

    @Test
    void waitsWithCloseWaitUntilItIsOldAndTellsTheTimeUntilDescriptorsRunOut() {
        fill(50, TcpState.CLOSE_WAIT, 0, 0);
        assertEquals(Set.of(), ids(scene.settle()));
        scene.openFiles = 900;
        assertEquals(Set.of(FindingId.CLOSE_WAIT_LEAK, FindingId.DESCRIPTOR_EXHAUSTION), ids(look(10)));
        for (int i = 50; i < 60; i++) {
            scene.socket(TcpState.CLOSE_WAIT, SocketKind.FULL, 40_000 + i, Scene.PEER, 5432, 100 + i);
        }
        Finding leak = look(10).raised().stream()
                .filter(finding -> finding.id() == FindingId.CLOSE_WAIT_LEAK)
                .findFirst()
                .orElseThrow();
        assertEquals(Severity.CRITICAL, leak.severity());
        assertEquals(Scope.process(Scene.APP), leak.scope());
        assertTrue(
                leak.evidence().stream().anyMatch(each -> each.name().equals("open_files_run_out_seconds")),
                leak.toString());
        scene.clear();
        scene.openFiles = 10;
        assertEquals(Set.of(), ids(scene.settle()));
    }

    private Findings look(int seconds) {
        Findings last = scene.look(1);
        for (int i = 1; i < seconds; i++) {
            last = scene.look(1);
        }
        return last;
    }

    @Test
    void findsSynSentOnlyWhenItIsSentAgain() {
        fill(30, TcpState.SYN_SENT, 0, 1);
        assertEquals(Set.of(), ids(scene.settle()));
        scene.clear();
        fill(30, TcpState.SYN_SENT, 1, 1);
        Finding pile = only(scene.settle(), FindingId.SYN_SENT_PILE);
        assertEquals(List.of(5432), pile.ports());
        scene.clear();
        assertEquals(Set.of(), ids(scene.settle()));
    }

    @Test
    void findsHalfOpenConnectionsThatDoNotAnswerAndThoseThatFillTheQueue() {
        scene.listener(443, 0, 100);
        requests(10, 1);
        requests(40, 0);
        assertEquals(Set.of(), ids(scene.settle()));
        requests(10, 1);
        assertEquals(60, only(scene.settle(), FindingId.SYN_RECEIVED_PILE).count());
        scene.clear().listener(443, 0, 100);
        assertEquals(Set.of(), ids(scene.settle()));
        requests(90, 0);
        only(scene.settle(), FindingId.SYN_RECEIVED_PILE);
    }

    private int requests;

    private void requests(int count, int retransmits) {
        for (int i = 0; i < count; i++) {
            scene.socket(
                    TcpState.SYN_RECEIVED,
                    SocketKind.REQUEST,
                    443,
                    Scene.PEER,
                    1024 + requests++,
                    0,
                    1,
                    500,
                    retransmits);
        }
    }

    @Test
    void findsFinsThatAreSentAgainAndAgain() {
        for (TcpState state : List.of(TcpState.FIN_WAIT_1, TcpState.LAST_ACK, TcpState.CLOSING)) {
            fill(30, state, 1, 1);
            assertEquals(Set.of(), ids(scene.settle()), state.toString());
            scene.clear();
            fill(30, state, 3, 1);
            FindingId id = switch (state) {
                case FIN_WAIT_1 -> FindingId.FIN_WAIT_1_STUCK;
                case LAST_ACK -> FindingId.LAST_ACK_STUCK;
                case CLOSING -> FindingId.CLOSING_STUCK;
                case LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, TIME_WAIT, CLOSED ->
                    throw new AssertionError(state);
            };
            Finding stuck = only(scene.settle(), id);
            assertEquals(30, stuck.count());
            assertFalse(stuck.ports().isEmpty(), "doctor --port leaves it out");
            scene.clear();
            assertEquals(Set.of(), ids(scene.settle()), state.toString());
        }
    }

    @Test
    void endsWhatTheKernelCountedWhenItGetsRare() {
        scene.look(1);
        scene.count(KernelEvent.LISTEN_DROPS, 100)
                .count(KernelEvent.LISTEN_OVERFLOWS, 5)
                .count(KernelEvent.REQ_Q_FULL_DROP, 90)
                .count(KernelEvent.TIME_WAIT_OVERFLOW, 1);
        Findings bad = scene.look(1);
        assertEquals(
                Set.of(FindingId.LISTEN_DROPS, FindingId.SYN_COOKIES_ACTIVE, FindingId.TIME_WAIT_OVERFLOW), ids(bad));
        assertEquals(Severity.CRITICAL, bad.raised().get(0).severity());
        for (int i = 0; i < 58; i++) {
            scene.look(1);
        }
        assertNotEquals(Set.of(), ids(scene.look(0.5)));
        assertEquals(Set.of(), ids(look(4)));
    }

    @Test
    void knowsFailedConnectsFromHalfOpenOnesThatPeersReset() {
        scene.look(1);
        scene.count(KernelEvent.ATTEMPT_FAILS, 50)
                .count(KernelEvent.EMBRYONIC_RSTS, 50)
                .count(KernelEvent.ACTIVE_OPENS, 60);
        assertEquals(Set.of(), ids(scene.look(1)));
        scene.count(KernelEvent.ATTEMPT_FAILS, 50);
        assertEquals(50, only(scene.look(1), FindingId.CONNECT_FAILURES).count());
        scene.count(KernelEvent.ACTIVE_OPENS, 10_000);
        assertEquals(Set.of(), ids(scene.look(1)));
    }

    @Test
    void findsResetsOnlyWhereTheyAreManyOfWhatIsOpened() {
        scene.look(1);
        scene.count(KernelEvent.ESTAB_RESETS, 100).count(KernelEvent.PASSIVE_OPENS, 10_000);
        assertEquals(Set.of(), ids(scene.look(1)));
        scene.count(KernelEvent.ESTAB_RESETS, 5000).count(KernelEvent.ABORT_ON_CLOSE, 5000);
        Finding storm = only(scene.look(1), FindingId.RESET_STORM);
        assertTrue(storm.remedy().contains("unread"), storm.remedy());
        scene.count(KernelEvent.PASSIVE_OPENS, 1_000_000);
        assertEquals(Set.of(), ids(scene.look(1)));
    }

    @Test
    void countsOrphansAndPagesAgainstTheirLimits() {
        scene.orphans = 20_000;
        scene.memoryPages = 70_000;
        assertEquals(Set.of(), ids(scene.settle()));
        scene.orphans = 30_000;
        only(scene.settle(), FindingId.ORPHAN_PRESSURE);
        scene.orphans = 85_000;
        scene.memoryPages = 90_000;
        Findings both = scene.settle();
        assertEquals(Set.of(FindingId.ORPHAN_PRESSURE, FindingId.MEMORY_PRESSURE), ids(both));
        assertEquals(Severity.CRITICAL, both.raised().get(0).severity());
        assertEquals(FindingId.ORPHAN_PRESSURE, both.raised().get(0).id());
        scene.orphans = 10_000;
        scene.memoryPages = 10_000;
        assertEquals(Set.of(), ids(scene.settle()));
    }

    @Test
    void saysWhatItCannotCheck() {
        scene.maxOrphans = OptionalLong.empty();
        scene.memoryPressure = OptionalLong.empty();
        scene.range = null;
        scene.orphans = 1_000_000;
        Findings findings = scene.settle();
        assertEquals(Set.of(), ids(findings));
        for (FindingId id : List.of(
                FindingId.ORPHAN_PRESSURE,
                FindingId.MEMORY_PRESSURE,
                FindingId.EPHEMERAL_EXHAUSTION,
                FindingId.PORT_CONFLICT_POOLS)) {
            assertTrue(
                    findings.unchecked().stream().anyMatch(line -> line.startsWith(id.label() + ": ")),
                    findings.unchecked().toString());
            assertTrue(findings.blind().contains(id), id + " in " + findings.blind());
        }
        assertFalse(
                findings.blind().contains(FindingId.CLOSE_WAIT_LEAK),
                findings.blind().toString());
    }

    @Test
    void findsPortsThatWillRunOutBeforeTheyDo() {
        scene.connectsWithoutPort = OptionalLong.of(3);
        Findings findings = scene.look(1);
        for (int i = 0; i < 4_000; i += 100) {
            for (int j = 0; j < 100; j++) {
                scene.socket(TcpState.ESTABLISHED, SocketKind.FULL, 32_768 + i + j, Scene.PEER, 5432, 100 + i + j);
            }
            findings = scene.look(1);
            assertEquals(Set.of(), ids(findings));
        }
        for (int i = 4_000; i < 8_000; i += 100) {
            for (int j = 0; j < 100; j++) {
                scene.socket(TcpState.ESTABLISHED, SocketKind.FULL, 32_768 + i + j, Scene.PEER, 5432, 100 + i + j);
            }
            findings = scene.look(1);
        }
        Finding soon = only(findings, FindingId.EPHEMERAL_EXHAUSTION);
        double forecast = soon.evidence().stream()
                .filter(each -> each.name().equals("exhausted_in_seconds"))
                .findFirst()
                .orElseThrow()
                .value();
        assertEquals(202, forecast, 20);
        scene.connectsWithoutPort = OptionalLong.of(4);
        Findings failed = scene.look(1);
        assertEquals(2, failed.raised().size());
        assertEquals(Scope.NAMESPACE, failed.raised().get(0).scope());
        assertEquals(Severity.CRITICAL, failed.raised().get(0).severity());
    }

    @Test
    void findsChurnOnlyToOneDestinationAndOnlyLately() {
        for (int i = 0; i < 300; i++) {
            scene.timeWait(40_000 + i, Scene.PEER + i, 80, 55_000);
            scene.timeWait(41_000 + i, Scene.PEER, 5432, 40_000);
        }
        assertEquals(Set.of(), ids(scene.settle()));
        for (int i = 0; i < 300; i++) {
            scene.timeWait(42_000 + i, Scene.PEER, 8080, 55_000);
        }
        assertEquals(
                List.of(8080), only(scene.settle(), FindingId.SHORT_LIVED_CHURN).ports());
        scene.clear();
        assertEquals(Set.of(), ids(scene.settle()));
    }

    @Test
    void findsSocketsThatNoDumpShowsOnlyWhereAProcessHoldsThem() {
        scene.closedButHeld = Optional.of(Map.of(Scene.APP, 250));
        // The kernel counts no more sockets than the dump shows: no reason to visit processes.
        assertEquals(Set.of(), ids(scene.settle()));
        scene.hidden = 250;
        Finding found = only(scene.settle(), FindingId.HIDDEN_CLOSED);
        assertEquals(250, found.count());
        assertEquals(Scope.process(Scene.APP), found.scope());
        // Those that are left are of other namespaces.
        scene.closedButHeld = Optional.of(Map.of());
        assertEquals(Set.of(), ids(scene.settle()));
        scene.hidden = 50_000;
        assertEquals(Set.of(), ids(scene.settle()));
        scene.closedButHeld = Optional.empty();
        Findings unknown = scene.settle();
        assertTrue(
                unknown.unchecked().stream().anyMatch(line -> line.contains("shows at the next look")),
                unknown.toString());
    }

    @Test
    void findsPortsHeldByBind() {
        bound(10_000);
        assertEquals(Set.of(), ids(scene.settle()));
        bound(15_000);
        assertEquals(15_000, only(scene.settle(), FindingId.PORT_CONFLICT_POOLS).count());
        scene.clear();
        assertEquals(Set.of(), ids(scene.settle()));
    }

    private void bound(int count) {
        scene.clear();
        for (int i = 0; i < count; i++) {
            scene.socket(TcpState.CLOSED, SocketKind.BOUND, 32_768 + i, 0, 0, 100 + i);
        }
    }

    @Test
    void saysThatItIsBlind() {
        scene.coverage.put(CoverageEvent.OPENED_INBOUND, new EventCoverage(90, 100));
        assertEquals(Set.of(), ids(scene.settle()));
        scene.coverage.put(CoverageEvent.OPENED_INBOUND, new EventCoverage(300, 1000));
        Finding blind = only(scene.settle(), FindingId.SAMPLING_BLIND);
        assertTrue(blind.headline().contains("30 %"), blind.headline());
        scene.coverage.put(CoverageEvent.OPENED_INBOUND, new EventCoverage(1000, 1000));
        assertEquals(Set.of(), ids(scene.settle()));
        scene.table.coverage(Coverage.partial("cut short"));
        only(scene.settle(), FindingId.SAMPLING_BLIND);
    }

    @Test
    void isNoFindingBeforeItHasLastedAndNoneThatFlaps() {
        scene.listener(80, 90, 99);
        assertEquals(Set.of(), ids(scene.look(1)));
        assertEquals(Set.of(), ids(scene.look(1)));
        only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL);
        // Below where it began, and not yet below four fifths of that.
        scene.clear().listener(80, 70, 99);
        for (int i = 0; i < 5; i++) {
            only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL);
        }
        // Below for a moment only.
        scene.clear().listener(80, 10, 99);
        only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL);
        scene.clear().listener(80, 95, 99);
        only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL);
        scene.clear().listener(80, 10, 99);
        only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL);
        only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL);
        assertEquals(Set.of(), ids(scene.look(1)));
        assertEquals(Set.of(), ids(scene.look(1)));
    }

    @Test
    void isCriticalUntilItIsWellBelow() {
        scene.listener(80, 100, 99);
        assertEquals(
                Severity.CRITICAL,
                only(scene.settle(), FindingId.ACCEPT_QUEUE_FULL).severity());
        scene.clear().listener(80, 90, 99);
        assertEquals(
                Severity.CRITICAL,
                only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL).severity());
        scene.clear().listener(80, 78, 99);
        assertEquals(
                Severity.WARNING,
                only(scene.look(1), FindingId.ACCEPT_QUEUE_FULL).severity());
        assertFalse(scene.look(1).raised().isEmpty());
    }

    @Test
    void putsTheWorstFirst() {
        scene.listener(80, 85, 99).listener(81, 100, 99);
        fill(30, TcpState.SYN_SENT, 1, 1);
        List<Finding> raised = scene.settle().raised();
        assertEquals(3, raised.size());
        assertEquals(Scope.port(81), raised.get(0).scope());
        assertEquals(
                List.of(Severity.CRITICAL, Severity.WARNING, Severity.WARNING),
                raised.stream().map(Finding::severity).toList());
    }
}
