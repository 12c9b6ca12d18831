// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.TcpState;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A host with one of everything that can be wrong, which is nothing wrong until somebody sets a threshold. */
class ThresholdsTest {
    /** One skipped TIME-WAIT is a finding as it is. */
    private static final Thresholds PATIENT =
            Thresholds.USUAL.withStuckMillis(1).withEnduranceMillis(1).with(FindingId.TIME_WAIT_OVERFLOW, 2);

    private final Scene scene = new Scene();
    private int port = 40_000;

    private void socket(TcpState state, SocketKind kind, int inode, int retransmits) {
        scene.socket(state, kind, port++, Scene.PEER, 5432, inode, 1, 500, retransmits);
    }

    private Set<FindingId> look(Thresholds thresholds) {
        scene.thresholds = thresholds;
        return scene.look(1).raised().stream()
                .map(Finding::id)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(FindingId.class)));
    }

    private void fillWithOneOfEverything() {
        scene.listener(443, 1, 99);
        scene.socket(TcpState.SYN_RECEIVED, SocketKind.REQUEST, 443, Scene.PEER, 1024, 0, 1, 500, 1);
        socket(TcpState.CLOSE_WAIT, SocketKind.FULL, 101, 0);
        socket(TcpState.SYN_SENT, SocketKind.FULL, 102, 1);
        socket(TcpState.FIN_WAIT_2, SocketKind.FULL, 103, 0);
        socket(TcpState.LAST_ACK, SocketKind.FULL, 0, 3);
        socket(TcpState.FIN_WAIT_1, SocketKind.FULL, 0, 3);
        socket(TcpState.CLOSING, SocketKind.FULL, 0, 3);
        scene.socket(TcpState.CLOSED, SocketKind.BOUND, port++, 0, 0, 104);
        scene.timeWait(port++, Scene.PEER, 80, 59_000);
        scene.orphans = 1;
        scene.memoryPages = 1;
        scene.coverage.put(CoverageEvent.OPENED_INBOUND, new EventCoverage(990, 1000));
        scene.look(1);
        for (KernelEvent event : Set.of(
                KernelEvent.LISTEN_DROPS,
                KernelEvent.REQ_Q_FULL_DO_COOKIES,
                KernelEvent.TIME_WAIT_OVERFLOW,
                KernelEvent.ESTAB_RESETS,
                KernelEvent.ATTEMPT_FAILS,
                KernelEvent.ACTIVE_OPENS)) {
            scene.count(event, 1);
        }
        scene.look(5);
        scene.hidden = 1;
        scene.closedButHeld = Optional.of(Map.of(Scene.APP, 1));
        for (int i = 0; i < 16; i++) {
            assertEquals(Set.of(), look(PATIENT));
        }
    }

    @ParameterizedTest
    @EnumSource(FindingId.class)
    void makesAFindingOfWhatReachesItsThresholdAndOfNothingElse(FindingId id) {
        fillWithOneOfEverything();
        Thresholds strict = PATIENT.with(id, 1e-6);
        look(strict);
        assertEquals(Set.of(id), look(strict));
        // A third reading of the same thing, now well below its threshold.
        look(PATIENT);
        assertEquals(Set.of(), look(PATIENT));
    }

    @Test
    void endsAFindingThatIsSwitchedOffAndDoesNotCountItAsLookedFor() {
        scene.listener(443, 100, 99);
        scene.look(1);
        scene.look(1);
        scene.look(1);
        assertEquals(Set.of(FindingId.ACCEPT_QUEUE_FULL), look(Thresholds.USUAL));
        Thresholds usual = Thresholds.USUAL;
        scene.thresholds = new Thresholds(
                usual.stuckMillis(), usual.enduranceMillis(), Map.of(), Set.of(FindingId.ACCEPT_QUEUE_FULL));
        Findings off = scene.look(1);
        assertEquals(0, off.raised().size());
        assertEquals(FindingId.values().length - off.blind().size(), off.checked());
        assertTrue(off.blind().contains(FindingId.ACCEPT_QUEUE_FULL));
        assertEquals(Set.of(), look(usual), "remembers nothing from before");
    }

    @Test
    void refusesThresholdsThatEverythingReaches() {
        assertThrows(IllegalArgumentException.class, () -> Thresholds.USUAL.with(FindingId.LISTEN_DROPS, 0));
        assertThrows(IllegalArgumentException.class, () -> Thresholds.USUAL.with(FindingId.LISTEN_DROPS, Double.NaN));
    }
}
