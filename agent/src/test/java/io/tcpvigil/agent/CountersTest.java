// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.agent.FaultySource.Fault;
import io.tcpvigil.export.AgentCollector;
import io.tcpvigil.export.ConfigStatus;
import io.tcpvigil.export.ConnectionsCollector;
import io.tcpvigil.export.DaemonMetrics;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.export.MetricsSettings;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.kernel.SourceChoice;
import io.tcpvigil.kernel.procfs.ProcFs;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.SocketFilter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Prometheus takes the rate of, while the source falls back to /proc and comes back, again and again. */
class CountersTest {
    private static final int SECOND = 1_000;
    private static final int CONNECTIONS = 150;

    @TempDir
    Path noProc;

    private static Map<String, Double> counters(DaemonMetrics metrics) throws IOException {
        StringWriter page = new StringWriter();
        metrics.page().write(MetricsPage.contentType(null), page);
        Map<String, Double> counters = new HashMap<>();
        for (String line : page.toString().split("\n", -1)) {
            int blank = line.lastIndexOf(' ');
            String series = blank < 0 || line.startsWith("#") ? "" : line.substring(0, blank);
            String name = series.contains("{") ? series.substring(0, series.indexOf('{')) : series;
            if (name.endsWith("_total")
                    || name.endsWith("_bucket")
                    || name.endsWith("_count")
                    || name.endsWith("_sum")) {
                counters.put(series, Double.parseDouble(line.substring(blank + 1)));
            }
        }
        return counters;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void neverGoBackwardsNorAwayWhateverTheSourceDoes(long seed) throws IOException {
        ScriptedWorld world = new ScriptedWorld(seed, CONNECTIONS, 120 * SECOND);
        FaultySource source = new FaultySource(world, true);
        FaultySource fallback = new FaultySource(world, false);
        AtomicReference<Report> last = new AtomicReference<>();
        SplittableRandom random = new SplittableRandom(seed);
        int changes = 0;
        try (Sampler sampler = new Sampler(
                new SourceChoice(source, fallback, source),
                ProcFs.at(noProc),
                InstantSource.fixed(Instant.EPOCH),
                source,
                () -> 0)) {
            sampler.follow(Intervals.every(1_000_000_000L), null, "not in this test", null);
            DaemonMetrics metrics = new DaemonMetrics(
                    last::get,
                    sampler::sourceFailures,
                    source,
                    new ConnectionsCollector.Build("1.0", "17"),
                    () -> new AgentCollector.Usage(1, 1, 1, 1, 1, 1, 1, 1, Map.of()),
                    () -> ConfigStatus.atStart("", Instant.EPOCH),
                    () -> null,
                    MetricsSettings.USUAL);
            Map<String, Double> before = Map.of();
            for (int at = -SECOND; at <= 260 * SECOND; at += SECOND) {
                fallback.next(at, random.nextInt(20) == 0 ? Fault.FAILS : Fault.NONE);
                source.next(at, at / (30 * SECOND) % 2 == 1 ? Fault.FAILS : Fault.NONE);
                Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
                metrics.take(report);
                Report earlier = last.getAndSet(report);
                changes += earlier != null
                                && !earlier.source()
                                        .name()
                                        .equals(report.source().name())
                        ? 1
                        : 0;
                Map<String, Double> now = counters(metrics);
                for (Map.Entry<String, Double> each : before.entrySet()) {
                    Double value = now.get(each.getKey());
                    String what = "seed " + seed + ", at " + at + ": " + each + " became " + value;
                    assertTrue(value != null && value >= each.getValue(), what);
                }
                before = now;
            }
            assertTrue(changes >= 6, "only " + changes + " changes of source");
            double closed = 0;
            for (Map.Entry<String, Double> each : before.entrySet()) {
                closed += each.getKey().startsWith("tcpvigil_connections_closed_total") ? each.getValue() : 0;
            }
            assertEquals(CONNECTIONS, closed, 0.05 * CONNECTIONS, "the world went by");
        }
    }
}
