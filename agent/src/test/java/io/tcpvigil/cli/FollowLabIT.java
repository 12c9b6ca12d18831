// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.Ladder;
import io.tcpvigil.lab.Observed;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.lab.StateObserver;
import io.tcpvigil.lab.scenario.Scenarios;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.KernelRest;
import io.tcpvigil.testing.Requirement;
import io.tcpvigil.testing.Undisturbed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The probe in the namespace of each lab scenario: the way of every socket, held against a list that is kept beside the
 * tests ({@code -Dgolden.update} writes it anew), and against the states that the ladder went through.
 */
class FollowLabIT {
    private static final Path WAYS = Path.of("src/test/resources/io/tcpvigil/cli/follow-ways.txt");
    private static final int PARALLEL_RUNS = 4;
    private static final int RING_BYTES = 1 << 20;

    /** What the tracepoint shows of a connection, whoever holds it. */
    private static final Set<TcpState> ALWAYS_SHOWN = EnumSet.of(
            TcpState.SYN_SENT,
            TcpState.ESTABLISHED,
            TcpState.FIN_WAIT_1,
            TcpState.CLOSE_WAIT,
            TcpState.CLOSING,
            TcpState.LAST_ACK);

    @BeforeAll
    static void needsRootAndTun() {
        Requirement.root();
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            Requirement.missing("needs /dev/net/tun");
        }
    }

    /** An observer that sees nothing by itself: it opens the probe in the namespace when the lab opens its observers. */
    private static final class Recorder implements StateObserver {
        private final StateObserver netlink = LabObserver.ofThread().get(0);
        private final TransitionProbe probe;
        private final Recording recording;

        Recorder(Recording recording) {
            this.recording = recording;
            try {
                TransitionProbe.Attempt attempt = TransitionProbe.open(
                        Libc.get(),
                        TransitionProbe.Settings.ofThread().withEvents(true).withCapacity(4096, 256, RING_BYTES));
                if (attempt instanceof TransitionProbe.Opened opened) {
                    probe = opened.probe();
                } else {
                    throw new AssertionError(attempt.toString());
                }
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        @Override
        public String name() {
            return netlink.name();
        }

        @Override
        public List<Observed> sockets() throws IOException {
            return netlink.sockets();
        }

        @Override
        public Map<TcpState, Integer> counts() throws IOException {
            return netlink.counts();
        }

        @Override
        public void close() {
            try {
                // What the ladder ended with was seen in a dump.
                KernelRest.barrier();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            recording.drain(probe);
            probe.close();
            netlink.close();
        }
    }

    /** The transitions of one run. */
    private static final class Recording {
        private final List<StringBuilder> ways = new ArrayList<>();
        private final List<TcpState> entered = new ArrayList<>();

        void drain(TransitionProbe probe) {
            Map<Long, StringBuilder> bySocket = new HashMap<>();
            int read = 1;
            while (read > 0) {
                read = probe.events()
                        .orElseThrow()
                        .drain(
                                event -> {
                                    TcpState from = event.from();
                                    TcpState to = event.to();
                                    if (from == null || to == null) {
                                        throw new AssertionError(event.toString());
                                    }
                                    if (from == TcpState.CLOSED
                                            || (to == TcpState.SYN_RECEIVED && from == TcpState.LISTEN)) {
                                        StringBuilder way = new StringBuilder(from.label());
                                        bySocket.put(event.socket(), way);
                                        ways.add(way);
                                    }
                                    StringBuilder way = bySocket.get(event.socket());
                                    if (way == null) {
                                        throw new AssertionError("a socket without a beginning: " + event);
                                    }
                                    assertTrue(way.toString().endsWith(from.label()), way + ", then " + event);
                                    way.append(' ').append(to.label());
                                    entered.add(to);
                                },
                                1000);
            }
        }

        /** Ways with how many sockets went them, in the order of their names. */
        String text() {
            Map<String, Integer> counts = new TreeMap<>();
            ways.forEach(way -> counts.merge(way.toString(), 1, Integer::sum));
            StringBuilder text = new StringBuilder();
            counts.forEach((way, count) ->
                    text.append("  ").append(count).append(" x ").append(way).append('\n'));
            return text.toString();
        }
    }

    private static String follow(Scenario scenario, Role role, Family family) throws Exception {
        Recording recording = new Recording();
        Lab lab = new Lab(Libc.get(), () -> List.of(new Recorder(recording)));
        Outcome outcome = lab.run(scenario, role, family);
        assertEquals("", outcome.failure(), scenario.name());
        int at = 0;
        TcpState last = null;
        for (Ladder.Line line : outcome.ladder()) {
            TcpState shown = line.shown();
            if (shown != null && shown != last && ALWAYS_SHOWN.contains(shown)) {
                while (at < recording.entered.size() && recording.entered.get(at) != shown) {
                    at++;
                }
                if (at == recording.entered.size()) {
                    fail(scenario.name() + " as " + role.label() + ": the ladder shows " + shown + ", the probe after "
                            + recording.entered);
                }
            }
            last = shown == null ? last : shown;
        }
        return recording.text();
    }

    @Test
    void everyLadderGoesTheWayThatIsKnown() throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(PARALLEL_RUNS);
        try {
            Map<String, List<Future<String>>> runs = new LinkedHashMap<>();
            for (Scenario scenario : Scenarios.ALL) {
                for (Role role : scenario.roles()) {
                    List<Future<String>> families = new ArrayList<>();
                    for (Family family : Family.values()) {
                        families.add(workers.submit(() -> Undisturbed.measure(() -> follow(scenario, role, family))));
                    }
                    runs.put(scenario.name() + ", kernel as " + role.label(), families);
                }
            }
            StringBuilder text = new StringBuilder();
            for (Map.Entry<String, List<Future<String>>> run : runs.entrySet()) {
                String first = run.getValue().get(0).get();
                for (Future<String> other : run.getValue()) {
                    assertEquals(first, other.get(), run.getKey() + ": IPv4 and IPv6 differ");
                }
                text.append(run.getKey()).append('\n').append(first);
            }
            if (System.getProperty("golden.update") != null) {
                Files.writeString(WAYS, text);
            }
            assertEquals(Files.readString(WAYS), text.toString());
        } finally {
            workers.shutdownNow();
        }
    }
}
