// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Requirement;
import io.tcpvigil.testing.Tcpvigil;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code tcpvigil follow} as a process of its own, in a network namespace of its own or with fewer rights. */
class FollowIT {
    @BeforeAll
    static void needsRootAndTools() {
        Requirement.root();
        Requirement.program("unshare");
        Requirement.program("setpriv");
    }

    static List<String> tcpvigil(String... arguments) {
        List<String> command = Tcpvigil.command("follow");
        command.addAll(List.of(arguments));
        return command;
    }

    /** In a network namespace where nobody else is. */
    private static void alone(Callable<Boolean> test) throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(test);
        }
    }

    private record Ended(int code, List<String> out, String err) {}

    private static Ended run(List<String> prefix, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(tcpvigil(arguments));
        Path errors = Files.createTempFile("follow", ".err");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), out.lines().toList(), Files.readString(errors));
        } finally {
            Files.delete(errors);
        }
    }

    /** A {@code follow} that runs, and what it has said. */
    private static final class Running implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;
        private final String first;

        Running(String... arguments) throws IOException {
            this(List.of(), arguments);
        }

        Running(List<String> prefix, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(prefix);
            command.addAll(tcpvigil(arguments));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            first = String.valueOf(out.readLine());
        }

        List<String> rest() {
            return out.lines().toList();
        }

        @Override
        public void close() {
            process.destroyForcibly().onExit().join();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'-bpf,-sys_admin', 'CAP_BPF (', CAP_PERFMON (",
        "'-perfmon,-sys_admin', 'CAP_PERFMON (', CAP_BPF (",
        "'-bpf,-perfmon,-sys_admin', 'CAP_BPF and CAP_PERFMON (', none"
    })
    void namesTheRightThatIsMissing(String dropped, String named, String notNamed) throws Exception {
        List<String> without = List.of("setpriv", "--bounding-set=" + dropped);
        Ended refused = run(without, "--source", "probe");
        assertEquals(ExitCode.NOT_PERMITTED, refused.code, refused.err);
        assertEquals(1, refused.err.lines().count(), refused.err);
        assertTrue(refused.err.contains("the right is missing: " + named), refused.err);
        assertFalse(refused.err.contains(": " + notNamed), refused.err);
        String disabled = Files.readString(Path.of("/proc/sys/kernel/unprivileged_bpf_disabled"))
                .strip();
        assertTrue(refused.err.contains("kernel.unprivileged_bpf_disabled is " + disabled), refused.err);
        assertTrue(refused.err.contains(System.getProperty("os.version")), refused.err);
        Ended sampled = run(without, "--until", "1ms");
        assertEquals(ExitCode.OK, sampled.code, sampled.err);
        assertTrue(sampled.out.get(0).startsWith("source sampling (netlink) every 50 ms"), sampled.out.get(0));
        assertTrue(sampled.out.get(0).contains("the right is missing: " + named), sampled.out.get(0));
        assertTrue(sampled.out.get(sampled.out.size() - 1).contains("sampling cannot know"), sampled.out.toString());
    }

    @Test
    void needsNoOtherRightThanTheTwo() throws Exception {
        Ended ended =
                run(List.of("setpriv", "--bounding-set=-all,+bpf,+perfmon"), "--source", "probe", "--until", "1ms");
        assertEquals(ExitCode.OK, ended.code, ended.err);
        assertTrue(ended.out.get(0).startsWith("source probe"), ended.out.get(0));
    }

    @Test
    void saysThatAUserNamespaceDoesNotHelp() throws Exception {
        Ended ended = run(List.of("unshare", "--user", "--map-root-user"), "--source", "probe");
        assertEquals(ExitCode.UNAVAILABLE, ended.code, ended.err);
        assertTrue(ended.err.contains("user namespace"), ended.err);
    }

    /** Runs what follows where the kernel's types are hidden and tracefs is mounted nowhere. */
    private static final List<String> WITHOUT_TYPES = List.of("unshare", "--mount", "sh", "-c", """
            mount -t tmpfs none /sys/kernel/btf || exit 99
            while read -r device directory type rest; do
                test "$type" != tracefs || umount -l "$directory" || exit 99
            done < /proc/self/mounts
            exec "$@"
            """, "sh");

    @Test
    void mountsTracefsForItselfWhereNobodyHas() throws Exception {
        Ended ended = run(WITHOUT_TYPES, "--source", "probe", "--until", "1ms");
        assertEquals(ExitCode.OK, ended.code, ended.err);
        assertTrue(ended.out.get(0).contains("of the whole host"), ended.out.get(0));
        List<String> prefix = new ArrayList<>(WITHOUT_TYPES);
        prefix.addAll(List.of("setpriv", "--bounding-set=-all,+bpf,+perfmon"));
        Ended refused = run(prefix, "--source", "probe");
        assertEquals(ExitCode.UNAVAILABLE, refused.code, refused.err);
        assertEquals(1, refused.err.lines().count(), refused.err);
        assertTrue(refused.err.contains("mount -t tracefs tracefs /sys/kernel/tracing"), refused.err);
        Ended sampled = run(prefix, "--until", "1ms");
        assertEquals(ExitCode.OK, sampled.code, sampled.err);
        assertTrue(sampled.out.get(0).startsWith("source sampling (netlink)"), sampled.out.get(0));
        assertTrue(sampled.out.get(0).contains("mount -t tracefs"), sampled.out.get(0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesNothingWhenItIsKilled(boolean withTypes) throws Exception {
        Requirement.program("bpftool");
        Set<String> ours;
        try (Running follow = new Running(withTypes ? List.of() : WITHOUT_TYPES)) {
            assertTrue(follow.first.startsWith("source probe"), follow.first);
            ours = programs();
            // Others on this machine may run a probe, too.
            ours.retainAll(programsOf(follow.process.pid()));
            assertFalse(ours.isEmpty(), "bpftool shows no program");
            // What it hangs on: a link of its own, or a perf event.
            String hooks = bpftool(withTypes ? "link" : "perf");
            String shown = withTypes ? "  prog %s  " : ": prog_id %s  tracepoint  inet_sock_set_state";
            assertTrue(
                    ours.stream().anyMatch(program -> hooks.contains(String.format(Locale.ROOT, shown, program))),
                    hooks);
        }
        // The kernel takes a program apart after the process is gone.
        long deadline = System.nanoTime() + 60_000_000_000L;
        Set<String> left = programs();
        left.retainAll(ours);
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(10);
            left.retainAll(programs());
        }
        assertEquals(Set.of(), left);
    }

    /** The numbers of the probe's programs in the kernel. */
    private static Set<String> programs() throws Exception {
        Set<String> numbers = new TreeSet<>();
        for (String line : bpftool("prog").lines().toList()) {
            // 175: raw_tracepoint  name tcpvigil_state  tag ...
            if (line.contains(" name tcpvigil_state ")) {
                numbers.add(line.substring(0, line.indexOf(':')));
            }
        }
        return numbers;
    }

    /** The numbers of all programs that a process holds. */
    private static Set<String> programsOf(long pid) throws IOException {
        Set<String> numbers = new TreeSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fdinfo"))) {
            for (Path descriptor : descriptors.toList()) {
                for (String line : Files.readAllLines(descriptor)) {
                    if (line.startsWith("prog_id:")) {
                        numbers.add(line.substring("prog_id:".length()).trim());
                    }
                }
            }
        }
        return numbers;
    }

    private static String bpftool(String what) throws Exception {
        Process bpftool = new ProcessBuilder("bpftool", what, "show")
                .redirectErrorStream(true)
                .start();
        String out = new String(bpftool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bpftool.waitFor(), out);
        return out;
    }

    @Test
    void tellsWhatWentOverAConnection() throws Exception {
        alone(() -> {
            try (ServerSocket listener = new ServerSocket(0);
                    Running follow = new Running("--json", "lport=" + listener.getLocalPort(), "state=last_ack")) {
                JsonObject end = exchange(listener, follow);
                // A machine with much to do can be late with the message of one; of each it is not.
                for (int late = 0; end.get("traffic").isJsonNull() && late < 50; late++) {
                    end = exchange(listener, follow);
                }
                JsonObject traffic = end.getAsJsonObject("traffic");
                assertEquals(300, traffic.get("bytes_sent").getAsLong());
                assertEquals(1000, traffic.get("bytes_received").getAsLong());
                assertFalse(traffic.get("bytes_received_may_count_fin").getAsBoolean());
                assertEquals(0, traffic.get("segments_retransmitted").getAsLong());
                assertTrue(traffic.get("rtt_seconds").getAsDouble() > 0, end.toString());
            }
            return true;
        });
    }

    /** One connection that the client closes first; what was told of the end of the server's. */
    private static JsonObject exchange(ServerSocket listener, Running follow) throws IOException {
        try (Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
            try (Socket server = listener.accept()) {
                client.getOutputStream().write(new byte[1000]);
                client.shutdownOutput();
                assertEquals(1000, server.getInputStream().readAllBytes().length);
                server.getOutputStream().write(new byte[300]);
            }
            assertEquals(300, client.getInputStream().readAllBytes().length);
        }
        String closing = follow.out.readLine();
        assertTrue(closing.contains("\"to\":\"last_ack\""), closing);
        return JsonParser.parseString(follow.out.readLine()).getAsJsonObject().getAsJsonObject("end");
    }

    @Test
    void tellsTheLastWordWhenItIsInterrupted() throws Exception {
        try (Running follow = new Running()) {
            assertEquals(
                    0,
                    new ProcessBuilder("kill", "-INT", Long.toString(follow.process.pid()))
                            .start()
                            .waitFor());
            List<String> rest = follow.rest();
            assertTrue(rest.get(rest.size() - 1).endsWith(" lost"), rest.toString());
            follow.process.waitFor();
        }
    }

    @Test
    void endsQuietlyWhenTheReaderHasSeenEnough() throws Exception {
        try (Running follow = new Running("--count", "1000000")) {
            follow.out.close();
            // Transitions until it notices that nobody reads.
            while (follow.process.isAlive()) {
                listenAndClose();
            }
            assertEquals(0, follow.process.exitValue());
        }
    }

    private static void listenAndClose() throws IOException {
        try (ServerSocket listening = new ServerSocket(0)) {
            assertTrue(listening.isBound());
        }
    }

    @Test
    void printsJsonOfWhatFitsTheFilter() throws Exception {
        alone(() -> {
            try (ServerSocket first = new ServerSocket(0)) {
                int port = first.getLocalPort();
                try (Running follow = new Running("--json", "--count", "9", "port=" + port, "state!=listen")) {
                    JsonObject source = JsonParser.parseString(follow.first).getAsJsonObject();
                    assertEquals("tcpvigil.follow/1", source.get("schema").getAsString());
                    assertEquals("probe", source.get("source").getAsString());
                    assertTrue(source.get("reason").isJsonNull());
                    try (Socket client = new Socket(first.getInetAddress(), port);
                            Socket server = first.accept()) {
                        client.shutdownOutput();
                        assertEquals(-1, server.getInputStream().read());
                        server.shutdownOutput();
                        assertEquals(-1, client.getInputStream().read());
                    }
                    List<String> lines = follow.rest();
                    List<String> steps = new ArrayList<>();
                    for (String line : lines.subList(0, lines.size() - 1)) {
                        JsonObject event = JsonParser.parseString(line).getAsJsonObject();
                        assertEquals("tcpvigil.event/1", event.get("schema").getAsString());
                        assertEquals("exact", event.get("evidence").getAsString());
                        steps.add(event.get("from").getAsString() + " "
                                + event.get("to").getAsString());
                        boolean ends = event.get("to").getAsString().equals("closed");
                        assertEquals(ends, !event.get("end").isJsonNull(), line);
                        if (ends) {
                            boolean isClient =
                                    event.getAsJsonObject("remote").get("port").getAsInt() == port;
                            assertEquals(
                                    isClient ? "local" : "peer",
                                    event.getAsJsonObject("end")
                                            .get("closed_first")
                                            .getAsString());
                        }
                    }
                    assertEquals(
                            Set.of(
                                    "closed syn_sent",
                                    "syn_sent established",
                                    "syn_received established",
                                    "established fin_wait_1",
                                    "established close_wait",
                                    "close_wait last_ack",
                                    "fin_wait_1 fin_wait_2",
                                    "fin_wait_2 closed",
                                    "last_ack closed"),
                            Set.copyOf(steps));
                    JsonObject summary =
                            JsonParser.parseString(lines.get(lines.size() - 1)).getAsJsonObject();
                    assertEquals(9, summary.get("told").getAsInt());
                    assertEquals(0, summary.get("lost").getAsInt());
                }
            }
            return true;
        });
    }

    @Test
    void samplesWhatStandsLongEnough() throws Exception {
        alone(() -> {
            try (Running follow =
                    new Running("--json", "--source=sampling", "--interval=10ms", "--count=2", "state=listen")) {
                try (ServerSocket listening = new ServerSocket(0)) {
                    String opened = follow.out.readLine();
                    assertTrue(opened.contains("\"to\":\"listen\""), opened);
                    assertTrue(opened.contains("\"evidence\":\"observed\""), opened);
                    assertTrue(opened.contains("\"port\":" + listening.getLocalPort()), opened);
                }
                String closed = follow.out.readLine();
                assertTrue(closed.contains("\"from\":\"listen\",\"to\":\"closed\""), closed);
                assertTrue(follow.out.readLine().contains("\"told\":2,\"lost\":null"));
            }
            return true;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"uid=0", "age>1s", "state=bound", "--until=x", "--count=0", "--interval=0ms", "--source=x"})
    void refusesWhatATransitionDoesNotTell(String word) throws Exception {
        Ended ended = run(List.of(), word);
        assertEquals(ExitCode.USAGE, ended.code, ended.err);
        assertEquals(1, ended.err.lines().count(), ended.err);
    }
}
