// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import com.sun.management.ThreadMXBean;
import io.tcpvigil.export.AgentCollector;
import io.tcpvigil.export.ConfigStatus;
import io.tcpvigil.export.ConnectionsCollector;
import io.tcpvigil.export.DaemonMetrics;
import io.tcpvigil.export.FullSamples;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.export.MetricsSettings;
import io.tcpvigil.export.MetricsSettings.Addresses;
import io.tcpvigil.export.Samples;
import io.tcpvigil.report.GroupedCounts.Group;
import io.tcpvigil.report.Holdings;
import io.tcpvigil.report.KernelLimit;
import io.tcpvigil.report.Report;
import io.tcpvigil.report.Resources;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketKind;
import io.tcpvigil.tcp.SocketTable;
import io.tcpvigil.tcp.StateCounts;
import io.tcpvigil.tcp.TcpState;
import io.tcpvigil.web.Rendering;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Prints what a scrape costs when every family is at its bound: a table of a million sockets on 2,000 serving ports and to
 * 100,000 destinations, of 500 processes and as many units. The table is made in memory, because a scrape sees no more of
 * sockets than the report made of them.
 *
 * <pre>
 * JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1 mvn -Pbench -DskipTests -DskipITs verify -Dbench.main=io.tcpvigil.bench.ScrapeCost
 * </pre>
 *
 * <p>Each scrape is counted whole: all families collected, written and packed anew, on one thread, without the sending. In service
 * that is done once for all who ask within 100 ms for the same of the same sample.
 *
 * <p>Processor time, because others kept the 2 CPUs more than busy (load 12 to 40, Linux 6.18, JDK 17, C1 as in the launcher), in the
 * middle and at the 99th percentile, the latter of several runs. With the usual bound of 20: 182 KB, 1.0 and 1.1 to 3.4 ms; with gzip
 * 13 KB, 1.3 and 1.5 to 2.3 ms; 1.4 and 0.8 MB of garbage. With 100, the most that may be asked for: 450 KB, 2.2 and 2.8 to 4.3 ms;
 * with gzip 25 KB, 2.8 and 3.2 to 5.1 ms. At load 42 all took twice as long, 5.8 ms at the most: processors that share a core with
 * others are slower. With gzip's usual effort it had been 23 KB, 4.2 and 5.5 to 7.1 ms. Folding a full sample, which the thread that
 * samples does, takes some 15 ms once all is compiled, nearly all of it for the destinations.
 */
public final class ScrapeCost {
    private static final int SOCKETS = 1_000_000;
    private static final int PORTS = 2_000;
    private static final int DESTINATIONS = 100_000;
    private static final int NAMES = 500;
    private static final int WARM_UP = 200;
    private static final int SCRAPES = 500;

    private ScrapeCost() {}

    public static void main(String[] arguments) {
        SocketTable table = table();
        Report report = FullSamples.report(Samples.report(table, null, Samples.RANGE), resources());
        for (int most : new int[] {MetricsSettings.USUAL.mostPorts(), MetricsSettings.MOST}) {
            measure(report, most);
        }
    }

    private static SocketTable table() {
        SocketTable table = new SocketTable();
        for (int port = 0; port < PORTS; port++) {
            table.begin(TcpState.LISTEN, SocketKind.FULL);
            table.putIpv4(0x0A00_0001, 1024 + port, 0, 0);
            table.putQueues(port % 7, 4096);
            table.commit();
        }
        for (int i = 0; i < SOCKETS / 2; i++) {
            table.begin(TcpState.ESTABLISHED, SocketKind.FULL);
            table.putIpv4(0x0A00_0001, 1024 + (int) ((long) i * i % PORTS), 0xC000_0000 + i, 40_000);
            table.commit();
        }
        for (int i = 0; i < SOCKETS / 2; i++) {
            table.begin(i % 3 == 0 ? TcpState.TIME_WAIT : TcpState.ESTABLISHED, SocketKind.FULL);
            table.putIpv4(0x0A00_0001, 32_768 + i % 28_000, 0xCB00_0000 + i % DESTINATIONS, 443);
            table.commit();
        }
        table.coverage(Coverage.complete());
        return table;
    }

    private static Resources resources() {
        List<Group> groups = new ArrayList<>();
        List<Holdings.Descriptors> descriptors = new ArrayList<>();
        StateCounts.Tally tally = new StateCounts.Tally();
        for (int i = 0; i < NAMES; i++) {
            tally.add(TcpState.ESTABLISHED, SocketKind.FULL);
            groups.add(new Group("a-service-with-a-name-" + i + ".service", tally.counts()));
            if (i < 16) {
                descriptors.add(new Holdings.Descriptors("a-service-with-a-name-" + i, i, 1024));
            }
        }
        StateCounts unknown = tally.counts();
        Map<KernelLimit, Long> limits = Map.of(KernelLimit.ORPHANS, 65_536L, KernelLimit.SOMAXCONN, 4096L);
        return new Resources(limits, Map.of(), new Holdings(groups, unknown, groups, unknown, descriptors, false));
    }

    private static void measure(Report report, int most) {
        DaemonMetrics metrics = new DaemonMetrics(
                () -> report,
                () -> 0,
                () -> Samples.TAKEN_NANOS + 1_000_000,
                new ConnectionsCollector.Build("1.0", "17"),
                () -> new AgentCollector.Usage(1, 1, 1, 1, 1, 1, 1, 1, Map.of()),
                () -> ConfigStatus.atStart("/etc/tcpvigil/tcpvigil.yml", Instant.EPOCH),
                () -> null,
                new MetricsSettings(most, most, most, most, Addresses.FULL, 24, 48, List.of()));
        long start = System.nanoTime();
        metrics.take(report);
        double foldMillis = (System.nanoTime() - start) / 1e6;
        System.out.printf(
                "%d series of each kind: %,d sockets, %,d ports and %,d destinations folded in %.1f ms (once a full sample)%n",
                most,
                SOCKETS,
                report.ports().ports().size(),
                report.ports().destinations().size(),
                foldMillis);
        for (String accept : new String[] {"text/plain", "application/openmetrics-text"}) {
            for (boolean gzip : new boolean[] {false, true}) {
                report(metrics.page(), MetricsPage.contentType(accept), gzip);
            }
        }
    }

    private static void report(MetricsPage page, String type, boolean gzip) {
        ThreadMXBean allocations = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] millis = new double[SCRAPES];
        double[] processorMillis = new double[SCRAPES];
        long allocated = 0;
        int bytes = 0;
        for (int i = -WARM_UP; i < SCRAPES; i++) {
            long allocatedBefore = allocations.getCurrentThreadAllocatedBytes();
            long processor = allocations.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            bytes = scrape(page, type, gzip);
            if (i >= 0) {
                millis[i] = (System.nanoTime() - start) / 1e6;
                processorMillis[i] = (allocations.getCurrentThreadCpuTime() - processor) / 1e6;
                allocated += allocations.getCurrentThreadAllocatedBytes() - allocatedBefore;
            }
        }
        Arrays.sort(millis);
        Arrays.sort(processorMillis);
        System.out.printf(
                "  %-12s %-4s %,9d bytes, p50 %.2f ms, p99 %.2f ms (of processor time %.2f and %.2f), %,d bytes allocated a scrape%n",
                type.substring(0, Math.min(12, type.indexOf(';'))),
                gzip ? "gzip" : "",
                bytes,
                millis[SCRAPES / 2],
                millis[SCRAPES * 99 / 100],
                processorMillis[SCRAPES / 2],
                processorMillis[SCRAPES * 99 / 100],
                allocated / SCRAPES);
    }

    /** As the server does it. */
    private static int scrape(MetricsPage page, String type, boolean gzip) {
        return Rendering.bytes(out -> page.write(type, out), gzip).length;
    }
}
