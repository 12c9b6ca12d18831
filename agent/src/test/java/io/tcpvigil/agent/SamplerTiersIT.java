// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Tier;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.testing.StateZoo;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fast sample dumps no established connections and no bound sockets; its report still tells how many there are. */
class SamplerTiersIT {
    private static final Intervals PACE =
            new Intervals(TimeUnit.SECONDS.toNanos(1), TimeUnit.HOURS.toNanos(1), Double.POSITIVE_INFINITY);

    private static Following following(Report report) {
        Following following = report.following();
        assertNotNull(following);
        return following;
    }

    @ParameterizedTest
    @EnumSource(
            value = Sampler.SourceWish.class,
            names = {"netlink", "proc"})
    void reportsTheSameFromAFastSampleAsFromAFullOne(Sampler.SourceWish source) throws Exception {
        try (StateZoo zoo = StateZoo.open()) {
            zoo.call(() -> {
                try (Sampler sampler = Sampler.followerOfThread(source, PACE, true, true)) {
                    Report full = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    assertUsageAgrees(sampler.table(), following(full).usage());
                    Report fast = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                    assertEquals(Tier.FULL, following(full).pace().tier());
                    assertEquals(Tier.FAST, following(fast).pace().tier());
                    assertNotEquals(0, full.states().of(TcpState.ESTABLISHED));
                    if (source == Sampler.SourceWish.netlink) {
                        assertNotEquals(0, full.states().bound());
                        assertEquals(
                                full.states().total() - full.states().of(TcpState.ESTABLISHED),
                                fast.source().rows());
                    }
                    assertEquals(full.source().showsBound(), fast.source().showsBound());
                    assertEquals(full.ipv4(), fast.ipv4());
                    assertEquals(full.ipv6(), fast.ipv6());
                    assertEquals(full.ports(), fast.ports());
                    assertEquals(full.takenNanos(), following(fast).pace().fullTakenNanos());
                    assertTrue(fast.takenNanos() > full.takenNanos());
                    assertEquals(
                            full.states().of(TcpState.ESTABLISHED),
                            following(fast).lifecycle().live(TcpState.ESTABLISHED));
                }
                return true;
            });
        }
    }

    /** The kernel's own count beside the dump: of minisocks, and of full sockets that are not merely bound. */
    private static void assertUsageAgrees(SocketTable table, SocketUsage usage) {
        Map<SocketKind, Long> kinds = new EnumMap<>(SocketKind.class);
        for (int row = 0; row < table.rows(); row++) {
            kinds.merge(table.kind(row), 1L, Long::sum);
        }
        assertEquals(kinds.get(SocketKind.MINISOCK), usage.timeWait().orElseThrow());
        assertEquals(
                kinds.get(SocketKind.FULL),
                usage.inUse().orElseThrow() + usage.inUseIpv6().orElseThrow());
    }
}
