// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.lifecycle.Direction;
import io.tcpvigil.lifecycle.Evidence;
import io.tcpvigil.lifecycle.LifecycleReport;
import io.tcpvigil.report.Following;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.Requirement;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection of the running kernel, followed from look to look through each source. */
class SamplerFollowIT {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private static LifecycleReport look(Sampler sampler) {
        Following following =
                sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES).following();
        assertNotNull(following);
        return following.lifecycle();
    }

    /**
     * Looks until these stand at once, and no others: an ACK may be delayed by some 40 ms, and what one end has done may
     * reach the other in the middle of a dump.
     */
    private static LifecycleReport lookUntil(Sampler sampler, Map<TcpState, Long> live) throws InterruptedException {
        LifecycleReport report = look(sampler);
        for (int i = 0; i < 12_000 && !live(report).equals(live); i++) {
            Thread.sleep(5);
            report = look(sampler);
        }
        assertEquals(live, live(report));
        return report;
    }

    /** Connections by state, where there are some. */
    private static Map<TcpState, Long> live(LifecycleReport report) {
        Map<TcpState, Long> live = new EnumMap<>(report.live());
        live.remove(TcpState.LISTEN);
        live.values().removeIf(count -> count == 0);
        return live;
    }

    private static long steps(LifecycleReport report, TcpState from, TcpState to) {
        return report.transitions().of(from, to);
    }

    @ParameterizedTest
    @EnumSource(
            value = Sampler.SourceWish.class,
            names = {"netlink", "proc"})
    void countsEachStepOfAConnectionOnce(Sampler.SourceWish source) throws Exception {
        Requirement.root();
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                try (Sampler sampler = Sampler.followerOfThread(source, Intervals.every(INTERVAL_NANOS), true, true);
                        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.INET)
                                .bind(new InetSocketAddress(Inet4Address.getByAddress(LOOPBACK), 0))) {
                    follow(sampler, listener);
                }
                return true;
            });
        }
    }

    private static void follow(Sampler sampler, ServerSocketChannel listener) throws Exception {
        assertEquals(0, look(sampler).connections().opened());

        SocketChannel client = SocketChannel.open(StandardProtocolFamily.INET);
        client.connect(listener.getLocalAddress());
        SocketChannel server = listener.accept();
        LifecycleReport open = lookUntil(sampler, Map.of(TcpState.ESTABLISHED, 2L));
        assertEquals(1, open.connections().opened(Direction.INBOUND));
        assertEquals(1, open.connections().opened(Direction.OUTBOUND));

        client.shutdownOutput();
        LifecycleReport half = lookUntil(sampler, Map.of(TcpState.FIN_WAIT_2, 1L, TcpState.CLOSE_WAIT, 1L));
        assertEquals(1, steps(half, TcpState.ESTABLISHED, TcpState.FIN_WAIT_1));
        assertEquals(1, steps(half, TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2));
        assertEquals(1, half.transitions().of(TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, Evidence.OBSERVED));

        server.close();
        LifecycleReport closed = lookUntil(sampler, Map.of(TcpState.TIME_WAIT, 1L));
        assertEquals(1, steps(closed, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT));
        assertEquals(1, closed.liveConnections());
        assertEquals(1, closed.connections().closed());
        assertEquals(0, closed.anomalyCount());
        assertEquals(
                closed.connections().opened() + closed.connections().preexisting(),
                closed.liveConnections() + closed.connections().closed());
        client.close();
    }
}
