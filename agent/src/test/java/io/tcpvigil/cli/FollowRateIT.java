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
import io.tcpvigil.testing.Requirement;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
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
                Counted counted = network.call(FollowRateIT::churn);
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

    private static Counted churn() throws IOException {
        TransitionProbe.Attempt attempt = TransitionProbe.open(LIBC, TransitionProbe.Settings.ofThread());
        if (!(attempt instanceof TransitionProbe.Opened opened)) {
            throw new AssertionError(attempt.toString());
        }
        try (TransitionProbe probe = opened.probe()) {
            long active = tcpCounter("ActiveOpens");
            long passive = tcpCounter("PassiveOpens");
            long nanos = connect();
            TransitionTotals totals = new TransitionTotals();
            probe.read(totals);
            return new Counted(tcpCounter("ActiveOpens") - active, tcpCounter("PassiveOpens") - passive, nanos, totals);
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
        assertEquals(0, totals.transitionsMissed());
        long transitions = 0;
        for (TcpState from : TcpState.values()) {
            for (TcpState to : TcpState.values()) {
                transitions += from == to ? 0 : totals.count(Where.WATCHED, from, to);
            }
        }
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
        assertEquals(transitions, told + lost);
    }
}
