// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
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
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import picocli.CommandLine;

/** What {@code follow --json} prints of every scenario, against the states that its ladder went through. */
class FollowLadderIT {
    private static final int PARALLEL_RUNS = 8;
    private static final int PIPE_BYTES = 1 << 20;

    private final ExecutorService workers = Executors.newFixedThreadPool(PARALLEL_RUNS);

    @BeforeAll
    static void needsRootAndTun() {
        Requirement.root();
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            Requirement.missing("needs /dev/net/tun");
        }
    }

    @AfterEach
    void endWorkers() {
        workers.shutdownNow();
    }

    /** {@code follow --json} on a thread of its own in the namespace of a run, from before the first step to the last. */
    private static final class Follow implements StateObserver, Lab.Standing {
        private final StateObserver netlink = LabObserver.ofThread().get(0);
        private final FollowCommand command;
        private final Thread thread;
        private final BufferedReader lines;
        private final List<JsonObject> events = new ArrayList<>();

        Follow() {
            try {
                PipedInputStream pipe = new PipedInputStream(PIPE_BYTES);
                PrintStream out = new PrintStream(new PipedOutputStream(pipe), true, StandardCharsets.UTF_8);
                lines = new BufferedReader(new InputStreamReader(pipe, StandardCharsets.UTF_8));
                command = new FollowCommand(new Terminal(out, Terminal.UNLIMITED, false));
                thread = new Thread(() -> {
                    new CommandLine(command).execute("--json", "--source=probe");
                    out.close();
                });
                thread.start();
                assertEquals("\"probe\"", read().get("source").toString());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }

        private JsonObject read() throws IOException {
            return JsonParser.parseString(lines.readLine()).getAsJsonObject();
        }

        @Override
        public void look(Outcome outcome, Path namespace) throws IOException {
            // What the ladder ended with was seen in a dump.
            KernelRest.barrier();
            command.stop();
            JsonObject next = read();
            while (next.has("from")) {
                events.add(next);
                next = read();
            }
            assertEquals(0, next.get("lost").getAsInt());
            assertEquals(events.size(), next.get("told").getAsInt());
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
            command.stop();
            netlink.close();
        }
    }

    /** The ways of all sockets but listeners, sorted. */
    private static List<String> told(List<JsonObject> events) {
        Map<String, StringBuilder> byEnds = new HashMap<>();
        Map<String, Deque<StringBuilder>> withoutPort = new HashMap<>();
        List<StringBuilder> ways = new ArrayList<>();
        for (JsonObject event : events) {
            String from = event.get("from").getAsString();
            String to = event.get("to").getAsString();
            String remote = event.get("remote").toString();
            String ends = event.get("local") + " " + remote;
            boolean connects = from.equals("closed");
            if (to.equals("listen") || (from.equals("listen") && to.equals("closed"))) {
                continue;
            }
            if (connects || from.equals("listen")) {
                StringBuilder way = new StringBuilder(from);
                ways.add(way);
                byEnds.put(ends, way);
                if (connects && event.getAsJsonObject("local").get("port").getAsInt() == 0) {
                    withoutPort
                            .computeIfAbsent(remote, none -> new ArrayDeque<>())
                            .add(way);
                }
            } else if (from.equals("syn_sent") && withoutPort.containsKey(remote)) {
                StringBuilder first = withoutPort.get(remote).poll();
                if (first != null) {
                    byEnds.put(ends, first);
                }
            }
            StringBuilder way = byEnds.get(ends);
            if (way == null || !way.toString().endsWith(from)) {
                throw new AssertionError(way + ", then " + event);
            }
            way.append(' ').append(to);
        }
        return ways.stream().map(StringBuilder::toString).sorted().toList();
    }

    private static void follow(Scenario scenario, Role role, Set<ProbeLimit> met) throws Exception {
        List<Follow> opened = new ArrayList<>();
        Lab lab = new Lab(Libc.get(), () -> {
            Follow follow = new Follow();
            opened.add(follow);
            return List.of(follow);
        });
        Outcome outcome = lab.run(
                scenario, role, Family.IPV4, (ended, namespace) -> opened.get(0).look(ended, namespace));
        assertEquals("", outcome.failure());
        List<String> expected = new ArrayList<>(ProbeLimit.besides(scenario.name(), met));
        for (LadderPath.Life life : LadderPath.of(outcome).lives()) {
            List<TcpState> shown = ProbeLimit.apply(scenario.name(), life, met);
            if (!shown.isEmpty()) {
                expected.add(
                        String.join(" ", shown.stream().map(TcpState::label).toList()));
            }
        }
        expected.sort(null);
        assertEquals(String.join("\n", expected), String.join("\n", told(opened.get(0).events)), scenario.name());
    }

    @TestFactory
    List<DynamicTest> tellsTheWayOfTheLadder() {
        Set<ProbeLimit> met = ConcurrentHashMap.newKeySet();
        List<DynamicTest> tests = new ArrayList<>();
        for (Scenario scenario : Scenarios.ALL) {
            for (Role role : scenario.roles()) {
                Future<Boolean> done = workers.submit(() -> Undisturbed.measure(() -> {
                    follow(scenario, role, met);
                    return true;
                }));
                tests.add(DynamicTest.dynamicTest(scenario.name() + ", " + role.label(), done::get));
            }
        }
        tests.add(DynamicTest.dynamicTest(
                "every limit was met", () -> assertEquals(EnumSet.allOf(ProbeLimit.class), EnumSet.copyOf(met))));
        return tests;
    }
}
