// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.DetectorSet;
import io.tcpvigil.findings.EventRates;
import io.tcpvigil.findings.EventWindow;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Limits;
import io.tcpvigil.findings.Observation;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.procfs.Sysctls;
import io.tcpvigil.lifecycle.TrackedConnections;
import io.tcpvigil.owners.CgroupTree;
import io.tcpvigil.owners.OwnerMap;
import io.tcpvigil.ports.DestinationTrends;
import io.tcpvigil.ports.DestinationUse;
import io.tcpvigil.ports.EphemeralRange;
import io.tcpvigil.ports.PortBreakdown;
import io.tcpvigil.report.Following;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketTable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Brings together what the detectors look at, full sample by full sample. Thorough for somebody who waits for an answer: then
 * all processes are visited at the first look, the time since the last ACK of every connection and the ports that bind(2) chose
 * are asked for, too, which costs several times a dump. Not thread-safe.
 */
public final class Diagnosis {
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long TREND_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int TRENDS = 100;
    /** A search for hidden sockets visits processes: it may take half a hundredth of the time of a daemon. */
    private static final int SEARCH_REST = 200;

    private static final int THOROUGH_SEARCH_REST = 2;
    private static final long THOROUGH_HUNT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long HUNT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** At first all sockets are new: enough for some 50,000 descriptors; the rest follows with each look. */
    private static final long FIRST_HUNT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /** On a round through the processes it is seen that a socket was passed on; with nothing new there would be none. */
    private static final long SWEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** What is half closed and in use may be silent for a while: who goes on looking can wait. */
    static final long STUCK_IN_PASSING_MILLIS = 60_000;

    /** A forecast from so little use would be one of a start-up. */
    private static final double FORECAST_FROM = 0.2;

    private final boolean thorough;
    private final DetectorSet detectors = new DetectorSet();
    private Thresholds thresholds;
    private final OwnerMap owners = new OwnerMap(Path.of("/proc"), System::nanoTime);
    private final SocketHolders holders;
    private final SocketHoldings holdings = new SocketHoldings(owners, CgroupTree.usual());
    private final EventWindow window;
    private final DestinationTrends trends = new DestinationTrends(TRENDS, TREND_NANOS);
    private final LastAcks lastAcks = new LastAcks();
    private boolean visited;

    /** @param windowNanos how far back goes what the kernel counted "lately" */
    Diagnosis(boolean thorough, Thresholds thresholds, long windowNanos) {
        this.thorough = thorough;
        this.thresholds = thresholds;
        this.holders = new SocketHolders(owners, thorough ? THOROUGH_SEARCH_REST : SEARCH_REST, System::nanoTime);
        this.window = new EventWindow(windowNanos);
    }

    /** For a daemon, which goes on looking. */
    public static Diagnosis inPassing(Thresholds thresholds) {
        return new Diagnosis(false, thresholds, WINDOW_NANOS);
    }

    /** For somebody who waits. */
    public static Diagnosis thorough(Thresholds thresholds) {
        return new Diagnosis(true, thresholds, WINDOW_NANOS);
    }

    /** From the next look on; what the detectors remember stays. */
    void thresholds(Thresholds changed) {
        thresholds = changed;
    }

    boolean isThorough() {
        return thorough;
    }

    /** Whose the sockets are, of the sample that was taken in last. */
    PortHolders owners() {
        return new PortHolders(owners);
    }

    /**
     * Takes in a full sample, before it is broken down and looked through: whose its sockets are, and what its dump, which was
     * to be cheap, did not tell and is needed.
     */
    void take(SocketTable table, SourceChoice sources) {
        if (table.coverage().extent() == Coverage.Extent.FAILED) {
            return;
        }
        if (thorough && !visited) {
            owners.readAll();
        }
        long hunt = thorough ? THOROUGH_HUNT_NANOS : visited ? HUNT_NANOS : FIRST_HUNT_NANOS;
        owners.look(table, table.coverage().isComplete(), hunt, SWEEP_NANOS);
        visited = true;
        lastAcks.complete(
                table,
                sources,
                Math.min(thresholds.of(FindingId.CLOSE_WAIT_LEAK), thresholds.of(FindingId.FIN_WAIT_2_PILE)));
    }

    /**
     * Looks through a full sample.
     *
     * @param ports the same sample, broken down
     * @param before what the last full sample was found to be; stays when this one gave nothing
     */
    @Nullable
    Findings look(
            SocketTable table,
            Sysctls sysctls,
            @Nullable EphemeralRange range,
            PortBreakdown ports,
            Following following,
            TrackedConnections connections,
            @Nullable Findings before) {
        if (table.coverage().extent() == Coverage.Extent.FAILED) {
            return before;
        }
        long nanos = following.lifecycle().nanos();
        holders.begin(table);
        if (table.coverage().isComplete()) {
            trends.add(nanos, ports.destinations());
        }
        EventRates rates =
                window.add(nanos, following.kernelEvents(), following.probe().ownConnectsWithoutPort());
        return detectors.look(new Observation(
                nanos,
                table,
                connections,
                following.lifecycle(),
                rates,
                following.usage(),
                limits(sysctls),
                ports,
                range,
                trends,
                following.recentCoverage(),
                holders,
                thresholds));
    }

    /**
     * Who holds the sockets of the full sample that {@link #look} looked through.
     */
    Holdings holdings(SocketTable table) {
        return holdings.count(table, holders);
    }

    /** Whose sockets could not be told, and why, in one line; null when all could be. */
    @Nullable
    String notice() {
        return owners.notice();
    }

    /** For the destinations whose ports are on the way to be used up, in how many seconds, as of the last {@link #look}. */
    Map<DestinationUse, Double> exhaustionSeconds(PortBreakdown ports) {
        Map<DestinationUse, Double> seconds = new HashMap<>();
        for (DestinationUse use : ports.destinations()) {
            if (use.utilisation() >= FORECAST_FROM) {
                trends.exhaustion(use).ifPresent(forecast -> seconds.put(use, forecast.seconds()));
            }
        }
        return seconds;
    }

    private static Limits limits(Sysctls sysctls) {
        return new Limits(
                sysctls.tcpMaxTwBuckets(),
                sysctls.tcpMaxOrphans(),
                sysctls.tcpMem().isPresent()
                        ? OptionalLong.of(sysctls.tcpMem().get().pressurePages())
                        : OptionalLong.empty(),
                sysctls.tcpMem().isPresent()
                        ? OptionalLong.of(sysctls.tcpMem().get().highPages())
                        : OptionalLong.empty(),
                sysctls.tcpSyncookies(),
                sysctls.tcpFinTimeoutSeconds());
    }
}
