// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.tcpvigil.testing.Connections;
import io.tcpvigil.testing.PerlSockets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/**
 * Every kind of trouble at once, made by programs on loopback in the network namespace of the thread, which must have a table of
 * its own. Those that last are there from the beginning; others come again and again until {@link #end}.
 */
final class Troubles {
    /** Below the usual range, so that no listener is among them: what comes from there would look like a client. */
    private static final int FIRST_PORT = 10_000;

    private static final int PORTS = 4_000;
    private static final int BOUND = 2_200;
    private static final int MANY = 30;
    /** Connections at a time to a destination whose ports run out by and by. */
    private static final int GROWTH = 60;
    /** Outside of the ephemeral ports, none of which is free in the end. */
    private static final int FIRST_SHORT_PORT = 20_000;

    private static final int SHORT_LIVED = 300;
    private static final int HIDDEN = 300;
    /** Of 50 files that a process may have, three are its standard ones. */
    private static final int FILES = 50;

    private static final int LISTENERS = 43;
    /** Of orphans there are 20 here, and a limit of the host counts those of others, too. */
    private static final int MOST_ORPHANS = 40;
    /** Far less than what stands in full buffers here. */
    private static final int PRESSURE_PAGES = 1000;

    private final List<AutoCloseable> held = new ArrayList<>();
    private final HostLimits limits;
    private final CountDownLatch enough = new CountDownLatch(1);
    private final FutureTask<Boolean> churn;

    /** @param limits of the daemon that is to see orphans and buffers come near them */
    Troubles(HostLimits limits) throws IOException {
        this.limits = limits;
        // So many short-lived connections are left as fill it.
        sysctl("tcp_max_tw_buckets", SHORT_LIVED);
        sysctl("tcp_tw_reuse", 1);
        // Before the ports become few.
        keep(new PerlSockets()).open(HIDDEN).reset();
        keep(PerlSockets.withFiles(FILES)).listen(LISTENERS);
        Connections forgotten = keep(new Connections(128)).open(MANY);
        Connections.shutdownAll(forgotten.clients);
        keep(new Connections(1)).connect(MANY);
        keep(new PerlSockets()).connectDeaf(keep(new Connections(128)).port(), MANY);
        stuck();
        limits.setOrphans(MOST_ORPHANS);
        limits.setPressurePages(PRESSURE_PAGES);
        Churn comingAndGoing = new Churn();
        bindPorts();
        churn = new FutureTask<>(comingAndGoing);
        new Thread(churn, "churn").start();
    }

    private <T extends AutoCloseable> T keep(T trouble) {
        held.add(trouble);
        return trouble;
    }

    /** FINs behind data that the peer does not read: ours first, ours second, and both at once. */
    private void stuck() throws IOException {
        Connections first = keep(new Connections(128)).open(10);
        Connections second = keep(new Connections(128)).open(10);
        Connections crossed = keep(new Connections(128)).open(10);
        Connections.fillAll(first.clients);
        Connections.fillAll(second.clients);
        Connections.fillAll(crossed.clients);
        Connections.shutdownAll(second.servers);
        Connections.closeAll(first.clients);
        Connections.readAll(second.clients);
        Connections.closeAll(second.clients);
        Connections.shutdownAll(crossed.clients);
        Connections.shutdownAll(crossed.servers);
    }

    /** More than half of the ports. */
    private void bindPorts() throws IOException {
        sysctl("ip_local_port_range", FIRST_PORT + " " + (FIRST_PORT + PORTS - 1));
        for (int i = 0; i < BOUND; i++) {
            keep(SocketChannel.open()).bind(loopback(0));
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** What comes and goes, some of each in a second. */
    private final class Churn implements Callable<Boolean> {
        private final Connections filling = keep(new Connections(256));
        private final Connections shortLived = keep(new Connections(512));
        private final Connections closed = keep(new Connections(256));
        private final Connections reset = keep(new Connections(256));
        private final Connections flooded = keep(new Connections(2));
        private final PerlSockets flood = keep(new PerlSockets());
        private boolean full;

        Churn() throws IOException {}

        @Override
        public Boolean call() throws Exception {
            for (int round = 0; !enough.await(1, SECONDS); round++) {
                fill();
                closed.open(MANY);
                Connections.closeAll(closed.servers);
                Connections.readAll(closed.clients);
                Connections.closeAll(closed.clients);
                // After them: at first there is room for the TIME-WAIT of these, then for hardly any but its own. A
                // port in
                // TIME-WAIT is taken over by the kernel only after a second.
                if (round % 2 == 0) {
                    comeAndGo();
                }
                reset.open(MANY);
                Connections.resetAll(reset.clients);
                Connections.closeAll(reset.servers);
                flood.connectDeaf(flooded.port(), MANY);
                for (int i = 0; i < MANY; i++) {
                    refuse();
                }
            }
            return true;
        }

        /** From the same ports each time, so that their TIME-WAIT makes place for itself. */
        private void comeAndGo() throws IOException {
            for (int i = 0; i < SHORT_LIVED; i++) {
                SocketChannel client = SocketChannel.open().setOption(StandardSocketOptions.SO_REUSEADDR, true);
                shortLived.clients.add(client);
                client.bind(loopback(FIRST_SHORT_PORT + i));
                client.connect(shortLived.listener.getLocalAddress());
                shortLived.servers.add(shortLived.listener.accept());
            }
            Connections.closeAll(shortLived.clients);
            Connections.readAll(shortLived.servers);
            Connections.closeAll(shortLived.servers);
        }

        /** All the ports that are left, by and by. */
        private void fill() throws IOException {
            try {
                for (int i = 0; i < GROWTH && !full; i++) {
                    filling.open(1);
                }
            } catch (BindException noPort) {
                full = true;
            }
        }

        private void refuse() throws IOException {
            // Outside of the ephemeral ports: a connect to its own port would meet itself.
            InetSocketAddress nobody = loopback(1);
            try (SocketChannel channel = SocketChannel.open()) {
                channel.connect(nobody);
                throw new IllegalStateException("somebody listens at " + nobody);
            } catch (ConnectException refused) {
                // As it should be.
                return;
            }
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
            for (AutoCloseable each : held) {
                each.close();
            }
            sysctl("tcp_max_tw_buckets", 4096);
            // What other namespaces have is counted, too.
            limits.lift();
        }
    }
}
