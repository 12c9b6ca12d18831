// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.kernel.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.bpf.TransitionProbe.Hook;
import io.tcpvigil.kernel.bpf.TransitionProbe.Settings;
import io.tcpvigil.kernel.bpf.TransitionTotals.Opener;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.tcp.IpAddress;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.KernelRest;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The probe against what was done in two namespaces at once. */
class TransitionProbeIT {
    private static final Libc LIBC = Libc.get();

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    private static TransitionProbe open(Settings settings) {
        TransitionProbe.Attempt attempt = TransitionProbe.open(LIBC, settings);
        if (attempt instanceof TransitionProbe.Opened opened) {
            return opened.probe();
        }
        throw new AssertionError(attempt.toString());
    }

    /** Reads when all that was done in these namespaces is over. */
    private static void read(TransitionProbe probe, TransitionTotals totals, PrivateNamespace... namespaces)
            throws Exception {
        rest(namespaces);
        probe.read(totals);
    }

    private static void rest(PrivateNamespace... namespaces) throws Exception {
        for (PrivateNamespace each : namespaces) {
            each.call(() -> {
                KernelRest.await();
                return true;
            });
        }
    }

    private static Map<String, Long> counts(TransitionTotals totals, Where where) {
        Map<String, Long> counts = new TreeMap<>();
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                long count = totals.count(where, from, to);
                if (count > 0) {
                    counts.put(from.kernelNumber() + "-" + to.kernelNumber(), count);
                }
            }
        }
        return counts;
    }

    @ParameterizedTest
    @EnumSource(names = {"RAW_TRACEPOINT", "TRACEPOINT"})
    void countsExactlyWhatHappenedInTheWatchedNamespace(Hook hook) throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                PrivateNamespace other = PrivateNamespace.create(LIBC);
                TransitionProbe probe = open(watched.call(Settings::ofThread).withHook(hook))) {
            assertEquals(hook, probe.hook());
            assertEquals(TransitionProbe.Scope.NAMESPACE, probe.scope());
            TransitionTotals before = new TransitionTotals();
            probe.read(before);
            int port = watched.call(() -> {
                try (Churn churn = new Churn("127.0.0.1")) {
                    churn.closeInTurn(10);
                    churn.abort(20);
                    churn.refused(40);
                    return churn.port();
                }
            });
            other.call(() -> {
                try (Churn churn = new Churn("::1")) {
                    churn.abort(100);
                }
                return true;
            });
            TransitionTotals totals = new TransitionTotals();
            read(probe, totals, watched, other);
            assertEquals(Map.of(), counts(before, Where.WATCHED));
            Map<String, Long> expected = new TreeMap<>(Map.of(
                    "7-10", 2L, "10-7", 2L, "7-2", 70L, "2-1", 30L, "2-7", 40L, "10-3", 30L, "3-1", 30L, "1-4", 10L,
                    "4-5", 10L, "5-7", 10L));
            expected.putAll(Map.of("1-8", 10L, "8-9", 10L, "9-7", 10L, "1-7", 40L));
            // A close after a shutdown stores the state again.
            Map<String, Long> seen = counts(totals, Where.WATCHED);
            seen.remove("5-5");
            assertEquals(expected, seen);
            assertTrue(totals.count(Where.ELSEWHERE, TcpState.ESTABLISHED, TcpState.CLOSED) >= 200);
            assertEquals(30, totals.opened(Where.WATCHED, Opener.LOCAL));
            assertEquals(30, totals.opened(Where.WATCHED, Opener.PEER));
            assertEquals(30, totals.closed(Where.WATCHED, Opener.LOCAL));
            assertEquals(30, totals.closed(Where.WATCHED, Opener.PEER));
            assertEquals(40, totals.failedConnects(Where.WATCHED));
            assertEquals(0, totals.connectsWithoutPort(Where.WATCHED));
            assertEquals(0, totals.transitionsMissed());
            assertEquals(
                    Map.of("LOCAL " + port, "30 30 0 0", "PEER " + port, "30 30 0 0", "LOCAL (nobody)", "0 0 40 0"),
                    ports(totals, port));
        }
    }

    /** Each way that an older kernel would take, on this one. */
    @ParameterizedTest
    @EnumSource
    void countsTheSameInTheWayOfOlderKernels(ProbeParts.Variant variant) throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC)) {
            for (Hook hook : List.of(Hook.RAW_TRACEPOINT, Hook.TRACEPOINT)) {
                TransitionProbe.Attempt attempt = TransitionProbe.open(
                        LIBC,
                        watched.call(Settings::ofThread).withHook(hook),
                        SocketLayout.USUAL,
                        new TraceFs(LIBC),
                        variant);
                if (!(attempt instanceof TransitionProbe.Opened opened)) {
                    throw new AssertionError(attempt.toString());
                }
                try (TransitionProbe probe = opened.probe()) {
                    int port = watched.call(() -> {
                        try (Churn churn = new Churn("127.0.0.1")) {
                            churn.closeInTurn(3);
                            churn.abort(4);
                            churn.refused(5);
                            return churn.port();
                        }
                    });
                    TransitionTotals totals = new TransitionTotals();
                    read(probe, totals, watched);
                    assertEquals(
                            Map.of("LOCAL " + port, "7 7 0 0", "PEER " + port, "7 7 0 0", "LOCAL (nobody)", "0 0 5 0"),
                            ports(totals, port));
                    assertEquals(7, totals.closed(Where.WATCHED, Opener.PEER));
                    assertEquals(0, totals.closed(Where.WATCHED, Opener.UNKNOWN));
                    assertEquals(0, totals.socketsNotRemembered());
                    long stays = 0;
                    for (int bucket = 0; bucket < TransitionTotals.DWELL_BUCKETS; bucket++) {
                        stays += totals.dwell(Where.WATCHED, TcpState.ESTABLISHED, bucket);
                    }
                    assertEquals(14, stays);
                }
            }
        }
    }

    /** More ports than there are slots for busy ones. */
    @Test
    void countsEveryPort() throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                TransitionProbe probe = open(watched.call(Settings::ofThread))) {
            Map<String, Integer> expected = watched.call(() -> {
                Map<String, Integer> made = new TreeMap<>();
                for (int i = 0; i < 200; i++) {
                    try (Churn churn = new Churn("127.0.0.1")) {
                        churn.abort(1 + i % 3);
                        // The kernel may give a port twice.
                        made.merge("LOCAL " + churn.port(), 1 + i % 3, Integer::sum);
                        made.merge("PEER " + churn.port(), 1 + i % 3, Integer::sum);
                    }
                }
                return made;
            });
            TransitionTotals totals = new TransitionTotals();
            for (int read = 0; read < 2; read++) {
                read(probe, totals, watched);
                Map<String, Integer> counted = new TreeMap<>();
                for (int row = 0; row < totals.ports(); row++) {
                    if (totals.portWhere(row) == Where.WATCHED) {
                        assertEquals(totals.portOpened(row), totals.portClosed(row));
                        counted.put(totals.portOpener(row) + " " + totals.port(row), (int) totals.portOpened(row));
                    }
                }
                assertEquals(expected, counted);
            }
        }
    }

    private static Map<String, String> ports(TransitionTotals totals, int listening) {
        Map<String, String> ports = new TreeMap<>();
        for (int row = 0; row < totals.ports(); row++) {
            if (totals.portWhere(row) == Where.WATCHED) {
                String name = totals.port(row) == listening ? Integer.toString(listening) : "(nobody)";
                ports.put(
                        totals.portOpener(row) + " " + name,
                        totals.portOpened(row) + " " + totals.portClosed(row) + " " + totals.portFailed(row) + " "
                                + totals.portWithoutPort(row));
            }
        }
        return ports;
    }

    @ParameterizedTest
    @EnumSource(names = {"RAW_TRACEPOINT", "TRACEPOINT"})
    void tellsEachTransitionInOrder(Hook hook) throws Exception {
        for (String address : new String[] {"127.0.0.1", "::1"}) {
            try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                    PrivateNamespace other = PrivateNamespace.create(LIBC);
                    TransitionProbe probe =
                            open(watched.call(Settings::ofThread).withHook(hook).withEvents(true))) {
                TransitionEvents events = probe.events().orElseThrow();
                assertFalse(events.await(0));
                long start = System.nanoTime();
                int port = watched.call(() -> {
                    try (Churn churn = new Churn(address)) {
                        churn.closeInTurn(1);
                        return churn.port();
                    }
                });
                other.call(() -> {
                    try (Churn churn = new Churn(address)) {
                        churn.abort(1);
                    }
                    return true;
                });
                rest(watched, other);
                long end = System.nanoTime();
                assertTrue(events.await(0));
                Map<Long, StringBuilder> paths = new LinkedHashMap<>();
                Map<Long, String> ends = new LinkedHashMap<>();
                List<String> notes = new ArrayList<>();
                events.drain(
                        event -> {
                            assertEquals(Where.WATCHED, event.where());
                            assertTrue(event.nanoTime() > start && event.nanoTime() < end, event.toString());
                            paths.computeIfAbsent(event.socket(), none -> new StringBuilder())
                                    .append(' ')
                                    .append(number(event.from()))
                                    .append('-')
                                    .append(number(event.to()));
                            if (event.to() == TcpState.CLOSED) {
                                notes.add(event.opener() + " " + event.closedLocally() + " " + event.closedByPeer());
                                assertEquals(event.from() != TcpState.LISTEN, event.remotePort() > 0);
                                assertTrue(event.dwellNanos() >= 0 && event.dwellNanos() <= event.lifetimeNanos());
                                ends.put(
                                        event.socket(),
                                        event.localAddress().onWire() + " "
                                                + event.remoteAddress().onWire());
                                assertEquals(
                                        event.opener() == TransitionTotals.Opener.LOCAL,
                                        event.localPort() != port,
                                        event.toString());
                            }
                            boolean caused = event.from() == TcpState.CLOSED
                                    || event.to() == TcpState.FIN_WAIT_1
                                    || event.to() == TcpState.LAST_ACK;
                            assertEquals(caused ? ProcessHandle.current().pid() : 0, event.pid(), event.toString());
                            assertEquals(caused ? "netns" : "", event.processName());
                        },
                        1000);
                List<String> told = new ArrayList<>();
                paths.values().forEach(path -> told.add(path.toString().replace(" 5-5", "")));
                assertEquals(List.of(" 7-10 10-7", " 7-2 2-1 1-4 4-5 5-7", " 10-3 3-1 1-8 8-9 9-7"), told);
                assertEquals(Set.of("LOCAL true false", "PEER false true", "UNKNOWN false false"), Set.copyOf(notes));
                String ip = Objects.requireNonNull(IpAddress.parse(address)).toString();
                assertTrue(ends.containsValue(ip + " " + ip), ends.toString());
            }
        }
    }

    private static int number(@Nullable TcpState state) {
        return state == null ? -1 : state.kernelNumber();
    }

    @Test
    void countsWhatDidNotFitTheRing() throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                TransitionProbe probe = open(
                        watched.call(Settings::ofThread).withEvents(true).withCapacity(1024, 256, LIBC.pageBytes()))) {
            watched.call(() -> {
                try (Churn churn = new Churn("127.0.0.1")) {
                    churn.abort(100);
                }
                return true;
            });
            TransitionTotals totals = new TransitionTotals();
            read(probe, totals, watched);
            int[] got = new int[1];
            int more = 1;
            while (more > 0) {
                more = probe.events().orElseThrow().drain(event -> got[0]++, 7);
            }
            // Listener 2; six for each connection.
            assertEquals(602, got[0] + totals.eventsLost());
            assertTrue(totals.eventsLost() > 500, "lost " + totals.eventsLost());
        }
    }

    @Test
    void countsSocketsThatDidNotFitTheMap() throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                TransitionProbe probe = open(watched.call(Settings::ofThread).withCapacity(4, 256, 1 << 12))) {
            TransitionTotals totals = new TransitionTotals();
            watched.call(() -> {
                List<SocketChannel> open = new ArrayList<>();
                try (Churn churn = new Churn("127.0.0.1")) {
                    for (int i = 0; i < 10; i++) {
                        open.addAll(List.of(churn.connect()));
                    }
                    probe.read(totals);
                    for (SocketChannel each : open) {
                        each.close();
                    }
                }
                return true;
            });
            assertTrue(totals.socketsNotRemembered() > 10, "not remembered " + totals.socketsNotRemembered());
            assertEquals(10, totals.count(Where.WATCHED, TcpState.SYN_SENT, TcpState.ESTABLISHED));
            read(probe, totals, watched);
            long unknown = totals.closed(Where.WATCHED, Opener.UNKNOWN);
            assertTrue(unknown > 0, "all openers were known");
            assertEquals(
                    20,
                    unknown + totals.closed(Where.WATCHED, Opener.LOCAL) + totals.closed(Where.WATCHED, Opener.PEER));
        }
    }

    @Test
    void noticesThatThereWasNoFreePort() throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                TransitionProbe probe = open(watched.call(Settings::ofThread))) {
            watched.call(() -> {
                try (Churn churn = new Churn("127.0.0.1")) {
                    Files.writeString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"), "20000 20003");
                    List<SocketChannel> open = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        open.addAll(List.of(churn.connect()));
                    }
                    for (int i = 0; i < 3; i++) {
                        assertThrows(IOException.class, churn::connect);
                    }
                    for (SocketChannel each : open) {
                        each.close();
                    }
                }
                return true;
            });
            TransitionTotals totals = new TransitionTotals();
            read(probe, totals, watched);
            assertEquals(3, totals.connectsWithoutPort(Where.WATCHED));
            assertEquals(0, totals.failedConnects(Where.WATCHED));
        }
    }

    @Test
    void measuresTheTimeInAState() throws Exception {
        try (PrivateNamespace watched = PrivateNamespace.create(LIBC);
                TransitionProbe probe = open(watched.call(Settings::ofThread))) {
            long[] between = watched.call(() -> {
                try (Churn churn = new Churn("127.0.0.1")) {
                    long before = System.nanoTime();
                    SocketChannel[] pair = churn.connect();
                    long established = System.nanoTime();
                    while (System.nanoTime() - established < 20_000_000) {
                        Thread.onSpinWait();
                    }
                    long closing = System.nanoTime();
                    for (SocketChannel each : pair) {
                        each.setOption(StandardSocketOptions.SO_LINGER, 0);
                        each.close();
                    }
                    return new long[] {closing - established, System.nanoTime() - before};
                }
            });
            TransitionTotals totals = new TransitionTotals();
            read(probe, totals, watched);
            long sum = totals.dwellSumNanos(Where.WATCHED, TcpState.ESTABLISHED);
            assertTrue(sum > 2 * between[0] && sum < 2 * between[1], sum + " of " + between[0] + " to " + between[1]);
            long stays = 0;
            for (int bucket = 0; bucket < TransitionTotals.DWELL_BUCKETS; bucket++) {
                long count = totals.dwell(Where.WATCHED, TcpState.ESTABLISHED, bucket);
                stays += count;
                assertTrue(
                        count == 0 || (2L << bucket > between[0] && 1L << bucket < between[1]),
                        count + " in bucket " + bucket);
            }
            assertEquals(2, stays);
        }
    }
}
