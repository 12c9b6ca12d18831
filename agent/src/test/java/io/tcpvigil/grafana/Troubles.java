// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.tcpvigil.findings.FindingId;
import io.tcpvigil.testing.Connections;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/**
 * As many kinds of trouble at once as programs on loopback can make, in the network namespace of the thread, which must have a
 * table of its own. Those that last are there from the beginning; others come again and again until {@link #end}.
 */
final class Troubles {
    /** What should be found of it. */
    static final Set<FindingId> EXPECTED = EnumSet.of(
            FindingId.CLOSE_WAIT_LEAK,
            FindingId.TIME_WAIT_PILE,
            FindingId.EPHEMERAL_EXHAUSTION,
            FindingId.ACCEPT_QUEUE_FULL,
            FindingId.SYN_SENT_PILE,
            FindingId.FIN_WAIT_2_PILE,
            FindingId.LAST_ACK_STUCK,
            FindingId.FIN_WAIT_1_STUCK,
            FindingId.TIME_WAIT_OVERFLOW,
            FindingId.LISTEN_DROPS,
            FindingId.RESET_STORM,
            FindingId.CONNECT_FAILURES,
            FindingId.DESCRIPTOR_EXHAUSTION,
            FindingId.PORT_CONFLICT_POOLS,
            FindingId.SAMPLING_BLIND);

    private static final int FIRST_PORT = 40_000;
    private static final int PORTS = 4_000;
    private static final int BOUND = 2_200;
    private static final int BUCKETS = 40;
    private static final int MANY = 30;

    /** Opens 46 listeners of 50 files that it may have. */
    private static final String HOLDER =
            "use Socket; $| = 1; my @held; for (1..43) { socket(my $s, PF_INET, SOCK_STREAM, 0) or die;"
                    + " bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die; listen($s, 1) or die; push @held, $s; } print \"ready\\n\"; <STDIN>;";

    private final List<AutoCloseable> held = new ArrayList<>();
    private final CountDownLatch enough = new CountDownLatch(1);
    private final FutureTask<Boolean> churn;
    private final Thread churner;
    private final Process holder;

    Troubles() throws IOException {
        sysctl("tcp_max_tw_buckets", BUCKETS);
        // Before the ports become few.
        Connections forgotten = keep(new Connections(128)).open(MANY);
        Connections.shutdownAll(forgotten.clients);
        keep(new Connections(1)).connect(MANY);
        stuck();
        holder = new ProcessBuilder("sh", "-c", "ulimit -n 50; exec perl -e \"$0\"", HOLDER)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        awaitReady(holder);
        ports();
        Connections closed = keep(new Connections(256));
        Connections reset = keep(new Connections(256));
        churn = new FutureTask<>(() -> churn(closed, reset));
        churner = new Thread(churn, "churn");
        churner.start();
    }

    private Connections keep(Connections connections) {
        held.add(connections);
        return connections;
    }

    private static void awaitReady(Process process) throws IOException {
        String said =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (!"ready".equals(said)) {
            throw new IOException("the process that holds files said " + said);
        }
    }

    /** FINs behind data that the peer does not read: ours first, then ours second. */
    private void stuck() throws IOException {
        Connections first = keep(new Connections(128)).open(10);
        Connections second = keep(new Connections(128)).open(10);
        Connections.fillAll(first.clients);
        Connections.fillAll(second.clients);
        Connections.shutdownAll(second.servers);
        Connections.closeAll(first.clients);
        Connections.readAll(second.clients);
        Connections.closeAll(second.clients);
    }

    /** More than half of the ports bound, and most of the rest connected to one destination. */
    private void ports() throws IOException {
        Connections filling = keep(new Connections(256));
        sysctl("ip_local_port_range", FIRST_PORT + " " + (FIRST_PORT + PORTS - 1));
        for (int i = 0; i < BOUND; i++) {
            SocketChannel bound = SocketChannel.open();
            held.add(bound);
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }
        filling.open((PORTS - BOUND) * 88 / 100);
    }

    /** Until it is enough: closes, resets and refused connects, some thirty of each in a second. */
    private boolean churn(Connections closed, Connections reset) throws Exception {
        // Outside of the ephemeral ports: a connect to its own port would meet itself.
        InetSocketAddress nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        while (!enough.await(1, SECONDS)) {
            closed.open(MANY);
            Connections.closeAll(closed.servers);
            Connections.readAll(closed.clients);
            Connections.closeAll(closed.clients);
            reset.open(MANY);
            Connections.resetAll(reset.clients);
            Connections.closeAll(reset.servers);
            for (int i = 0; i < MANY; i++) {
                refuse(nobody);
            }
        }
        return true;
    }

    private static void refuse(InetSocketAddress nobody) throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.connect(nobody);
            throw new IllegalStateException("somebody listens at " + nobody);
        } catch (ConnectException refused) {
            // As it should be.
            return;
        }
    }

    private static void sysctl(String name, Object value) {
        try {
            Files.writeString(Path.of("/proc/sys/net/ipv4", name), value.toString());
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** Ends all of it; fails when the churn has failed. */
    void end() throws Exception {
        enough.countDown();
        try {
            churn.get();
        } finally {
            holder.destroyForcibly().waitFor();
            for (AutoCloseable each : held) {
                each.close();
            }
            sysctl("tcp_max_tw_buckets", 4096);
        }
    }
}
