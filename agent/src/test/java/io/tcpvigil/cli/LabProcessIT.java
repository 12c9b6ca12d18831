// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import io.tcpvigil.testing.Tcpvigil;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code tcpvigil lab} as a process of its own: what another process sees of it, and what is left of it. */
class LabProcessIT {
    private static final String NSENTER = "nsenter --net=";

    @BeforeAll
    static void needsRootAndTools() {
        Requirement.root();
        Requirement.program("nsenter");
        if (!Files.exists(Path.of("/dev/net/tun"))) {
            Requirement.missing("needs /dev/net/tun");
        }
    }

    private record Ended(int code, String out, String err) {}

    private static Ended run(List<String> command) throws Exception {
        Path errors = Files.createTempFile("lab", ".err");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), out, Files.readString(errors));
        } finally {
            Files.delete(errors);
        }
    }

    /** A lab that holds its final state until it is killed. */
    private static final class Held implements AutoCloseable {
        final Process process;
        final String namespace;

        Held(String... arguments) throws IOException {
            process = new ProcessBuilder(Tcpvigil.command(arguments))
                    .redirectErrorStream(true)
                    .start();
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            StringBuilder all = new StringBuilder();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                all.append(line).append('\n');
                int at = line.indexOf(NSENTER);
                if (at >= 0) {
                    int start = at + NSENTER.length();
                    namespace = line.substring(start, line.indexOf(' ', start));
                    return;
                }
            }
            throw new AssertionError("no line with nsenter:\n" + all);
        }

        @Override
        public void close() {
            // SIGKILL, and then wait until the process is gone.
            process.destroyForcibly().onExit().join();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LISTEN, listen",
        "SYN_SENT, syn-sent",
        "SYN_RECEIVED, syn-received",
        "SYN_RECEIVED, crossed-syns",
        "ESTABLISHED, handshake",
        "FIN_WAIT_1, fin-wait-1",
        "FIN_WAIT_2, fin-wait-2",
        "CLOSE_WAIT, close-wait",
        "CLOSING, closing",
        "LAST_ACK, last-ack",
        "TIME_WAIT, active-close",
        "CLOSED, refused"
    })
    void everyStateStandsBeforeTheEyesOfAnotherProcess(TcpState state, String scenario) throws Exception {
        try (Held lab = new Held("lab", scenario, "--hold", "600")) {
            List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + lab.namespace));
            command.addAll(Tcpvigil.command("snapshot", "--json"));
            Ended snapshot = run(command);
            assertEquals(0, snapshot.code, snapshot.err);
            JsonObject states =
                    JsonParser.parseString(snapshot.out).getAsJsonObject().getAsJsonObject("states");
            for (TcpState each : TcpState.values()) {
                // The listener of a passive open may stand beside; CLOSED is in no table and no key.
                if (each != TcpState.CLOSED && (each != TcpState.LISTEN || state == TcpState.LISTEN)) {
                    int expected = each == state ? 1 : 0;
                    assertEquals(expected, states.get(each.label()).getAsInt(), each + " in " + snapshot.out);
                }
            }
        }
    }

    @Test
    void pileStandsBeforeTheEyesOfAnotherProcess() throws Exception {
        try (Held lab = new Held("lab", "pile", "close-wait", "--count", "300", "--hold", "600")) {
            List<String> command = new ArrayList<>(List.of("nsenter", "--net=" + lab.namespace));
            command.addAll(Tcpvigil.command("snapshot", "--json", "--source", "proc"));
            Ended snapshot = run(command);
            JsonObject states =
                    JsonParser.parseString(snapshot.out).getAsJsonObject().getAsJsonObject("states");
            assertEquals(300, states.get("close_wait").getAsInt(), snapshot.out);
        }
    }

    @Test
    void killLeavesNothing() throws Exception {
        Set<String> devicesBefore = names(Path.of("/sys/class/net"));
        Set<String> namedBefore = names(Path.of("/run/netns"));
        String inode;
        try (Held lab = new Held("lab", "pile", "fin-wait-2", "--count", "50", "--hold", "600")) {
            inode = Files.readSymbolicLink(Path.of(lab.namespace)).toString();
            assertFalse(threadsIn(inode).isEmpty(), inode);
            assertEquals(0, lab.process.descendants().count(), "the lab needs no other process");
            assertEquals(devicesBefore, names(Path.of("/sys/class/net")), "the device is in the namespace only");
        }
        assertEquals(Set.of(), threadsIn(inode), "nobody is left in the namespace");
        assertEquals(devicesBefore, names(Path.of("/sys/class/net")));
        assertEquals(namedBefore, names(Path.of("/run/netns")));
    }

    private static Set<String> names(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(each -> each.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (UncheckedIOException gone) {
            // A process that ended meanwhile.
            return Set.of();
        }
    }

    /** Every thread of this machine whose network namespace is this one. */
    private static Set<String> threadsIn(String namespace) throws IOException {
        Set<String> threads = new TreeSet<>();
        for (String process : names(Path.of("/proc"))) {
            Path tasks = Path.of("/proc", process, "task");
            if (Character.isDigit(process.charAt(0)) && Files.isDirectory(tasks)) {
                for (String task : names(tasks)) {
                    Path link = tasks.resolve(task).resolve("ns/net");
                    if (isLink(link, namespace)) {
                        threads.add(link.toString());
                    }
                }
            }
        }
        return threads;
    }

    private static boolean isLink(Path link, String target) {
        try {
            return Files.readSymbolicLink(link).toString().equals(target);
        } catch (IOException gone) {
            return false;
        }
    }

    @Test
    void printsOneObjectALine() throws Exception {
        Ended ended = run(Tcpvigil.command("lab", "handshake", "--json"));
        assertEquals(0, ended.code, ended.err);
        List<String> lines = ended.out.lines().toList();
        assertEquals(2, lines.size(), "client and server");
        assertEquals(
                "{\"schema\":\"tcpvigil.lab/1\",\"scenario\":\"handshake\",\"role\":\"client\",\"family\":\"ipv4\","
                        + "\"verdict\":\"agrees\",\"failure\":null,\"deviations\":[],"
                        + "\"expected\":[\"syn_sent\",\"established\"],\"observed\":[\"syn_sent\",\"established\"],"
                        + "\"segments\":["
                        + "{\"from\":\"kernel\",\"connection\":1,\"flags\":\"SYN\",\"seq\":0,\"length\":0},"
                        + "{\"from\":\"peer\",\"connection\":1,\"flags\":\"SYN,ACK\",\"seq\":0,\"ack\":1,\"length\":0},"
                        + "{\"from\":\"kernel\",\"connection\":1,\"flags\":\"ACK\",\"seq\":1,\"ack\":1,\"length\":0}]}",
                lines.get(0));
    }

    @Test
    void printsLadder() throws Exception {
        Ended ended = run(Tcpvigil.command("lab", "active-close", "--role", "server", "--family", "6"));
        assertEquals(0, ended.code, ended.err);
        assertEquals("""
                active-close: we close first (RFC 9293 figure 12)
                Kernel 2001:db8::1 is the server, the scripted peer is 2001:db8::2 (IPv6).

                    RFC 9293      kernel shows  kernel                                   peer
                 1. LISTEN        LISTEN        listen(16)
                 2.                             <-- <SEQ=0><CTL=SYN>                         <--
                 3. SYN-RECEIVED  SYN-RECEIVED* --> <SEQ=0><ACK=1><CTL=SYN,ACK>              -->
                 4. ESTABLISHED   ESTABLISHED   <-- <SEQ=1><ACK=1><CTL=ACK>                  <--
                 5.                             accept()
                 6.                             close()
                 7. FIN-WAIT-1    FIN-WAIT-1    --> <SEQ=1><ACK=1><CTL=FIN,ACK>              -->
                 8. FIN-WAIT-2    FIN-WAIT-2*   <-- <SEQ=1><ACK=2><CTL=ACK>                  <--
                 9.                             <-- <SEQ=1><ACK=2><CTL=FIN,ACK>              <--
                10. TIME-WAIT     TIME-WAIT*    --> <SEQ=2><ACK=2><CTL=ACK>                  -->

                  * request-socket: SYN-RECEIVED of a passive open is a request socket: no
                    owner, no inode, no queues, no event
                  * time-wait-minisock: TIME-WAIT is a small object that takes the socket's
                    place; the socket itself is already closed
                  * time-wait-60s: TIME-WAIT lasts 60 s, whatever is set, instead of 2 MSL (4
                    minutes)
                  * orphan-fin-wait-2: FIN-WAIT-2 that no process holds is a mini-socket too,
                    and ends after tcp_fin_timeout
                  (more in: tcpvigil explain kernel-objects)
                Verdict: as RFC 9293 but for known deviations (*); netlink and /proc agree.
                """, ended.out);
    }

    @Test
    void saysWhichRightIsMissing() throws Exception {
        Requirement.program("setpriv");
        List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-sys_admin"));
        command.addAll(Tcpvigil.command("lab", "handshake"));
        Ended ended = run(command);
        assertEquals(ExitCode.NOT_PERMITTED, ended.code, ended.err);
        assertEquals("", ended.out);
        assertEquals(1, ended.err.lines().count(), ended.err);
        assertTrue(ended.err.contains("CAP_SYS_ADMIN"), ended.err);
    }

    @ParameterizedTest
    @CsvSource({
        "lab no-such-thing",
        "lab handshake --family 5",
        "lab handshake --role peer",
        "lab --all --hold 3",
        "lab pile closing",
        "lab pile close-wait --count 0"
    })
    void refusesWrongUsage(String line) throws Exception {
        Ended ended = run(Tcpvigil.command(line.split(" ", -1)));
        assertEquals(ExitCode.USAGE, ended.code, ended.out);
        assertEquals(1, ended.err.lines().count(), ended.err);
    }

    @Test
    void listsTheScenarios() throws Exception {
        Ended ended = run(Tcpvigil.command("lab"));
        assertEquals(0, ended.code, ended.err);
        assertTrue(ended.out.contains("\nclosing  "), ended.out);
    }
}
