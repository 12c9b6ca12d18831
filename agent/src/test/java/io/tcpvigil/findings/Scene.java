// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import io.tcpvigil.Nullable;
import io.tcpvigil.lifecycle.ConnectionTracker;
import io.tcpvigil.lifecycle.CoverageEvent;
import io.tcpvigil.lifecycle.EventCoverage;
import io.tcpvigil.lifecycle.Sample;
import io.tcpvigil.ports.DestinationTrends;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.ports.PortContext;
import io.tcpvigil.ports.TimeWaitReuse;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.KernelEvent;
import io.tcpvigil.tcp.KernelEvents;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.SocketUsage;
import io.tcpvigil.tcp.TcpState;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** A host made by hand: sockets, counters and limits, looked at again and again. All limits are those of a usual host. */
final class Scene {
    static final int HERE = 0x0A00_0001;
    static final int PEER = 0xC0A8_0001;
    static final Holder APP = new Holder(4711, "app", "app.service");

    private static final long SECOND = 1_000_000_000L;
    private static final EphemeralRange RANGE = new EphemeralRange(32768, 60999, new BitSet());

    final SocketTable table = new SocketTable();
    final Map<KernelEvent, Long> counters = new EnumMap<>(KernelEvent.class);
    final Map<CoverageEvent, EventCoverage> coverage = new EnumMap<>(CoverageEvent.class);
    OptionalLong connectsWithoutPort = OptionalLong.empty();
    long orphans;
    long memoryPages;
    /** Sockets that no dump shows. */
    long hidden;

    /** What is found when processes are searched for them. */
    Optional<Map<Holder, Integer>> closedButHeld = Optional.of(Map.of());

    /** How many processes of one service hold the sockets, which have their inodes in turn; 1 for {@link #APP}. */
    int workers = 1;

    long openFiles = 10;
    OptionalLong maxOrphans = OptionalLong.of(100_000);
    OptionalLong memoryPressure = OptionalLong.of(100_000);

    Thresholds thresholds = Thresholds.USUAL;

    @Nullable
    EphemeralRange range = RANGE;

    private final DetectorSet detectors = new DetectorSet();
    private final ConnectionTracker tracker = new ConnectionTracker(1);
    private final EventWindow window = new EventWindow(60 * SECOND);
    private final DestinationTrends trends = new DestinationTrends(10, 600 * SECOND);
    private long nanos = SECOND;
    private long cookie;

    Scene() {
        for (KernelEvent event : KernelEvent.values()) {
            counters.put(event, 1000L);
        }
    }

    /** One more of an event. */
    Scene count(KernelEvent event, long times) {
        counters.merge(event, times, Long::sum);
        return this;
    }

    /** A socket held by {@link #APP}; with an inode of 0 by nobody. */
    Scene socket(TcpState state, SocketKind kind, int localPort, int peer, int remotePort, int inode) {
        return socket(state, kind, localPort, peer, remotePort, inode, 0, 0, 0);
    }

    Scene socket(
            TcpState state,
            SocketKind kind,
            int localPort,
            int peer,
            int remotePort,
            int inode,
            int timer,
            int expiresMillis,
            int retransmits) {
        table.begin(state, kind);
        table.putIpv4(HERE, localPort, peer, remotePort);
        table.putTimer(timer, expiresMillis, retransmits);
        table.putQueues(0, 0);
        table.putOwner(0, inode);
        table.putCookie(++cookie);
        table.commit();
        return this;
    }

    Scene listener(int port, int queue, int limit) {
        table.begin(TcpState.LISTEN, SocketKind.FULL);
        table.putIpv4(0, port, 0, 0);
        table.putQueues(queue, limit);
        table.putOwner(0, 1);
        table.putCookie(++cookie);
        table.commit();
        return this;
    }

    Scene timeWait(int localPort, int peer, int remotePort, int expiresMillis) {
        return socket(TcpState.TIME_WAIT, SocketKind.MINISOCK, localPort, peer, remotePort, 0, 3, expiresMillis, 0);
    }

    /** All sockets are gone; cookies go on. */
    Scene clear() {
        table.clear();
        return this;
    }

    /** The same sockets again after so long. */
    Findings look(double secondsLater) {
        nanos += (long) (secondsLater * SECOND);
        if (table.coverage().extent() == Coverage.Extent.FAILED) {
            table.coverage(Coverage.complete());
        }
        tracker.update(table, Sample.full(nanos, SECOND));
        KernelEvents.Builder events = new KernelEvents.Builder();
        counters.forEach((event, count) -> events.put(event, OptionalLong.of(count)));
        PortBreakdown ports = PortBreakdown.analyse(
                table, table, new PortContext(range, new TimeWaitReuse(2, 1000), null, null, null));
        trends.add(nanos, ports.destinations());
        return detectors.look(new Observation(
                nanos,
                table,
                tracker.connections(),
                tracker.report(),
                window.add(nanos, events.build(), connectsWithoutPort),
                usage(),
                new Limits(
                        OptionalLong.of(131_072),
                        maxOrphans,
                        memoryPressure,
                        OptionalLong.of(200_000),
                        OptionalLong.of(1),
                        OptionalLong.of(60)),
                ports,
                range,
                trends,
                coverage,
                holders(),
                thresholds));
    }

    /** Looks until what lasts must have been found. */
    Findings settle() {
        look(1);
        look(1);
        look(1);
        return look(1);
    }

    private SocketUsage usage() {
        long minisocks = 0;
        long inUse = 0;
        for (int row = 0; row < table.rows(); row++) {
            minisocks += table.kind(row) == SocketKind.MINISOCK ? 1 : 0;
            inUse += table.kind(row) == SocketKind.FULL ? 1 : 0;
        }
        return new SocketUsage(
                OptionalLong.of(inUse),
                OptionalLong.of(0),
                OptionalLong.of(orphans),
                OptionalLong.of(minisocks),
                OptionalLong.of(inUse + bound() + hidden),
                OptionalLong.of(memoryPages));
    }

    private long bound() {
        long bound = 0;
        for (int row = 0; row < table.rows(); row++) {
            bound += table.kind(row) == SocketKind.BOUND ? 1 : 0;
        }
        return bound;
    }

    private Holders holders() {
        return new Holders() {
            @Override
            public int of(SocketTable asked, int row) {
                return asked.inode(row) == 0 ? UNKNOWN : (int) (asked.inode(row) % workers);
            }

            @Override
            public List<Holder> processes(int number) {
                return List.of(workers == 1 ? APP : new Holder(5000 + number, "worker", "pool.service"));
            }

            @Override
            public Optional<Descriptors> descriptors(Holder holder) {
                return Optional.of(new Descriptors(openFiles, 1024));
            }

            @Override
            public List<Holder> busiest() {
                return List.of(APP);
            }

            @Override
            public Optional<Map<Holder, Integer>> hidden(SocketTable asked, int atLeast) {
                return closedButHeld;
            }

            @Override
            public String gaps() {
                return "";
            }
        };
    }
}
