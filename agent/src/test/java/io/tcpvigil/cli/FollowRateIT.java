// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tcpvigil.kernel.bpf.TransitionProbe;
import io.tcpvigil.kernel.bpf.TransitionTotals;
import io.tcpvigil.kernel.bpf.Where;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.KernelRest;
import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As many connections as one thread can make while {@code follow} tells of each. {@code -Dfollow.connections} makes more of
 * them than a build has time for; the figures go to standard output.
 */
class FollowRateIT {
    private static final Libc LIBC = Libc.get();
    private static final int CONNECTIONS = Integer.getInteger("follow.connections", 40_000);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @BeforeAll
    static void needsRoot() {
        Requirement.root();
    }

    /** What the kernel and the probe have counted, and how long it took. */
    private record Counted(long activeOpens, long passiveOpens, long nanos, TransitionTotals totals) {}

    @Test
    void accountsForEveryTransition() throws Exception {
        Path out = folder.resolve("follow.json");
        try (PrivateNamespace network = PrivateNamespace.create(LIBC)) {
            Process follow = network.call(() -> new ProcessBuilder(FollowIT.tcpvigil("--json"))
                    .redirectOutput(out.toFile())
                    .redirectError(folder.resolve("follow.err").toFile())
                    .start());
            try {
                awaitFirstLine(out, follow);
                Counted counted = network.call(() -> churn(out, follow));
                new ProcessBuilder("kill", "-INT", Long.toString(follow.pid()))
                        .start()
                        .waitFor();
                follow.waitFor();
                check(counted, out);
            } finally {
                follow.destroyForcibly();
            }
        }
    }

    private static void awaitFirstLine(Path out, Process follow) throws Exception {
        // Nothing tells of a line in a file but the file.
        while (Files.size(out) == 0) {
            assertTrue(follow.isAlive(), "follow ended");
            Thread.sleep(10);
        }
    }

    private static Counted churn(Path out, Process follow) throws Exception {
        TransitionProbe.Attempt attempt = TransitionProbe.open(LIBC, TransitionProbe.Settings.ofThread());
        if (!(attempt instanceof TransitionProbe.Opened opened)) {
            throw new AssertionError(attempt.toString());
        }
        try (TransitionProbe probe = opened.probe()) {
            long active = tcpCounter("ActiveOpens");
            long passive = tcpCounter("PassiveOpens");
            long nanos = connect();
            awaitEnd(out, follow);
            KernelRest.await();
            TransitionTotals totals = new TransitionTotals();
            probe.read(totals);
            return new Counted(tcpCounter("ActiveOpens") - active, tcpCounter("PassiveOpens") - passive, nanos, totals);
        }
    }

    /**
     * Listens and ends that until it is told: then all before has been told, too, or was lost. When it is stopped, follow
     * does not have time for a whole buffer on every machine.
     */
    private static void awaitEnd(Path out, Process follow) throws Exception {
        boolean told = false;
        while (!told) {
            int port;
            long from = Files.size(out);
            try (ServerSocketChannel sentinel = ServerSocketChannel.open()) {
                sentinel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                port = ((InetSocketAddress) sentinel.getLocalAddress()).getPort();
            }
            for (int i = 0; i < 20 && !told; i++) {
                assertTrue(follow.isAlive(), "follow ended");
                Thread.sleep(50);
                told = tells(out, from, port);
            }
        }
    }

    /** Whether the file tells behind {@code from} that somebody began to listen on the port and ended that. */
    private static boolean tells(Path out, long from, int port) throws IOException {
        try (InputStream in = Files.newInputStream(out)) {
            in.skipNBytes(from);
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .anyMatch(line -> line.contains("\"from\":\"listen\",\"to\":\"closed\"")
                            && line.contains("\"port\":" + port + "}"));
        }
    }

    private static long connect() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
            InetSocketAddress service = (InetSocketAddress) listener.getLocalAddress();
            long start = System.nanoTime();
            for (int i = 0; i < CONNECTIONS; i++) {
                try (SocketChannel client = SocketChannel.open(service);
                        SocketChannel server = listener.accept()) {
                    client.setOption(StandardSocketOptions.SO_LINGER, 0);
                    server.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
            }
            return System.nanoTime() - start;
        }
    }

    /** Of {@code /proc/net/snmp}: a line of names, then a line of values. */
    private static long tcpCounter(String name) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/net/snmp")).stream()
                .filter(line -> line.startsWith("Tcp:"))
                .toList();
        int column = List.of(lines.get(0).split(" ", -1)).indexOf(name);
        return Long.parseLong(lines.get(1).split(" ", -1)[column]);
    }

    private static void check(Counted counted, Path out) throws IOException {
        TransitionTotals totals = counted.totals;
        assertEquals(CONNECTIONS, counted.activeOpens);
        assertEquals(CONNECTIONS, counted.passiveOpens);
        assertEquals(CONNECTIONS, totals.count(Where.WATCHED, TcpState.CLOSED, TcpState.SYN_SENT));
        assertEquals(CONNECTIONS, totals.count(Where.WATCHED, TcpState.LISTEN, TcpState.SYN_RECEIVED));
        assertEquals(CONNECTIONS, totals.opened(Where.WATCHED, TransitionTotals.Opener.LOCAL));
        assertEquals(CONNECTIONS, totals.closed(Where.WATCHED, TransitionTotals.Opener.LOCAL));
        assertEquals(CONNECTIONS, totals.closed(Where.WATCHED, TransitionTotals.Opener.PEER));
        assertEquals(0, totals.socketsNotRemembered());
        assertEquals(0, totals.portsNotCounted());
        long transitions = transitions(totals, Where.WATCHED);
        // Six of each connection, two of each listener: none of ours was missed.
        assertEquals(CONNECTIONS, totals.count(Where.WATCHED, TcpState.SYN_SENT, TcpState.ESTABLISHED));
        assertEquals(CONNECTIONS, totals.count(Where.WATCHED, TcpState.SYN_RECEIVED, TcpState.ESTABLISHED));
        long listeners = totals.count(Where.WATCHED, TcpState.CLOSED, TcpState.LISTEN);
        assertEquals(listeners, totals.count(Where.WATCHED, TcpState.LISTEN, TcpState.CLOSED));
        assertEquals(6L * CONNECTIONS + 2 * listeners, transitions);
        // What was missed is told for the whole host. With nobody else on it that is what was missed of ours.
        long elsewhere = transitions(totals, Where.ELSEWHERE);
        assertTrue(totals.transitionsMissed() <= elsewhere, totals.transitionsMissed() + " missed");
        long told = 0;
        String last = "";
        try (BufferedReader lines = Files.newBufferedReader(out)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                told += line.startsWith("{\"schema\":\"tcpvigil.event/1\"") ? 1 : 0;
                last = line;
            }
        }
        JsonObject summary = JsonParser.parseString(last).getAsJsonObject();
        assertEquals(told, summary.get("told").getAsLong());
        long lost = summary.get("lost").getAsLong();
        System.out.println("follow: " + CONNECTIONS + " connections at "
                + CONNECTIONS * 1_000_000_000L / counted.nanos + "/s, " + transitions + " transitions, " + told
                + " told, " + lost + " lost");
        // Neither does what was missed for follow say of which namespace it was.
        assertTrue(
                told + lost >= transitions && told + lost <= transitions + elsewhere,
                transitions + " transitions, " + told + " told, " + lost + " lost, elsewhere " + elsewhere);
    }

    private static long transitions(TransitionTotals totals, Where where) {
        long transitions = 0;
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                transitions += from == to ? 0 : totals.count(where, from, to);
            }
        }
        return transitions;
    }
}
