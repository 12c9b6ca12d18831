// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Churn;
import io.tcpvigil.testing.Churn.Life;
import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.DocumentedMetrics;
import io.tcpvigil.testing.LostAnswers;
import io.tcpvigil.testing.Prometheus;
import io.tcpvigil.testing.Requirement;
import io.tcpvigil.testing.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus scrapes a real daemon, in a network namespace where connections come and go. */
class PrometheusIT {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    private static final String OFTEN = "global: {scrape_interval: 500ms, scrape_timeout: 500ms}\nscrape_configs:\n";
    /** With time enough for each: one that a busy machine made late would pass for one that was refused. */
    private static final String SOMETIMES = "global: {scrape_interval: 4s, scrape_timeout: 4s}\nscrape_configs:\n";

    @TempDir
    private Path scratch;

    @BeforeAll
    static void needsRootAndTools() {
        Requirement.root();
        Requirement.program("prometheus");
    }

    private interface Check {
        void run(DaemonProcess daemon, Prometheus prometheus) throws Exception;
    }

    private void withBoth(String jobs, Check check, String... arguments) throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                try (DaemonProcess daemon = new DaemonProcess(scratch.resolve("log"), arguments)) {
                    String target = daemon.address().getAuthority();
                    Path config = Files.writeString(scratch.resolve("prometheus.yml"), jobs.replace("TARGET", target));
                    try (Prometheus prometheus = new Prometheus(scratch, config)) {
                        prometheus.await("tcpvigil_sample_complete == 1");
                        check.run(daemon, prometheus);
                    }
                }
                return true;
            });
        }
    }

    private static String job(String name, String settings) {
        return "  - job_name: " + name + "\n    static_configs: [{targets: [TARGET]}]\n" + settings;
    }

    /** What the kernel has counted in this namespace since it was made. */
    private static long kernelCounts(String name) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/net/snmp")).stream()
                .filter(line -> line.startsWith("Tcp:"))
                .toList();
        List<String> names = List.of(lines.get(0).split(" ", -1));
        return Long.parseLong(lines.get(1).split(" ", -1)[names.indexOf(name)]);
    }

    @Test
    void seesWhatTheKernelCounts() throws Exception {
        withBoth(
                OFTEN + job("tcpvigil", ""),
                (daemon, prometheus) -> {
                    // So few that connections take over each other's TIME-WAITs.
                    Files.writeString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"), "20000 21600");
                    long opened = kernelCounts("ActiveOpens");
                    try (Churn churn = new Churn(LOOPBACK, 7)) {
                        for (int round = 0; round < 20; round++) {
                            churn.run(new Life[] {Life.CLIENT_CLOSES, Life.SERVER_ABORTS, Life.REFUSED}, 100, 0);
                            Thread.sleep(250);
                        }
                    }
                    assertTrue(kernelCounts("ActiveOpens") - opened > 1000, "the churn is counted");
                    for (String event : List.of("ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets")) {
                        String metric = "tcpvigil_kernel_events_total{event=\"%s\"}"
                                .formatted(event.replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                                        .toLowerCase(Locale.ROOT));
                        // Scrapes are connections, too: what the kernel counted before the metric was read, and after.
                        long before = kernelCounts(event);
                        prometheus.await(metric + " >= " + before);
                        double value = prometheus.value(metric);
                        long after = kernelCounts(event);
                        assertTrue(before <= value && value <= after, before + " <= " + value + " <= " + after);
                    }
                    // Each connection that the kernel counted was followed; one that was opened in the middle of a
                    // sample,
                    // with the next one. The two then have the same rate, scrape by scrape.
                    String seenTotal = "tcpvigil_lifecycle_events_seen_total{event=\"opened_outbound\"}";
                    String countedTotal = "tcpvigil_lifecycle_events_counted_total{event=\"opened_outbound\"}";
                    prometheus.await(seenTotal + " >= 0.995 * " + countedTotal);
                    assertTrue(
                            prometheus.value("tcpvigil_kernel_events_total{event=\"tw_recycled\"}") > 10, "taken over");
                    double seen = prometheus.value("rate(" + seenTotal + "[1m])");
                    double counted = prometheus.value("rate(" + countedTotal + "[1m])");
                    assertTrue(counted > 10, "opened per second: " + counted);
                    assertEquals(counted, seen, counted / 100);
                },
                "--interval=100ms",
                "--full-interval=200ms",
                "--cpu-budget=100");
    }

    @Test
    void takesEveryFamilyThatIsDocumented() throws Exception {
        withBoth(OFTEN + job("tcpvigil", ""), (daemon, prometheus) -> {
            Set<String> known = new TreeSet<>();
            for (JsonElement each : prometheus.get("/api/v1/targets/metadata").getAsJsonArray()) {
                String name = each.getAsJsonObject().get("metric").getAsString();
                known.add(name);
            }
            Set<String> missing = new TreeSet<>(DocumentedMetrics.read().keySet());
            missing.removeIf(name -> !name.startsWith("tcpvigil_"));
            // OpenMetrics has a counter without its suffix.
            missing.removeIf(name -> known.contains(name) || known.contains(name.replaceAll("_(total|info)$", "")));
            assertEquals(Set.of(), missing);
        });
    }

    /** With TLS and a password, to those who have it and to nobody else; also while a new configuration is wrong. */
    @Test
    void staysUpThroughReloads() throws Exception {
        // The hash of "secret", by htpasswd -nbBC 10.
        TlsFiles tls = TlsFiles.in(scratch, """
                basic_auth_users:
                  bob: $2y$10$Q6X1nrehia0LJP3j/q1d9OulFah..6PAZcZYo0uu29AE2RksvIfzy
                """);
        Path config = Files.writeString(scratch.resolve("tcpvigil.yml"), "sampling: {full_interval: 1s}\n");
        String trusting = "    tls_config: {ca_file: " + tls.certificate() + "}\n    scheme: https\n";
        String jobs = job("tcpvigil", trusting + "    basic_auth: {username: bob, password: secret}\n")
                + job("guessing", trusting + "    basic_auth: {username: bob, password: wrong}\n")
                + job("nobody", trusting)
                + job("doubting", "    scheme: https\n    basic_auth: {username: bob, password: secret}\n")
                + job("plain", "    basic_auth: {username: bob, password: secret}\n");
        withBoth(
                SOMETIMES + jobs,
                (daemon, prometheus) -> {
                    for (String down : List.of("guessing", "nobody", "doubting", "plain")) {
                        prometheus.await("up{job=\"" + down + "\"} == 0");
                    }
                    long start = System.nanoTime();
                    Files.writeString(config, "sampling: {full_intervall: 2s}\n");
                    daemon.signal("HUP");
                    prometheus.await("tcpvigil_config_last_reload_success == 0");
                    prometheus.await("tcpvigil_config_reloads_total{result=\"failure\"} > 0");
                    Files.writeString(config, "sampling: {full_interval: 3s}\n");
                    daemon.signal("HUP");
                    prometheus.await("tcpvigil_config_last_reload_success == 1");
                    prometheus.await("tcpvigil_interval_seconds{tier=\"full\"} == 3");
                    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
                    String since = "{job=\"tcpvigil\"}[" + (seconds + 1) + "s]";
                    assertTrue(prometheus.value("count_over_time(up" + since + ")") >= 1);
                    assertEquals(1, prometheus.value("min_over_time(up" + since + ")"), "up all the time");
                    assertEquals(
                            0, prometheus.value("max(max_over_time(up{job!=\"tcpvigil\"}[10m]))"), "to nobody else");
                    assertTrue(daemon.log().contains("full_intervall"), daemon.log());
                    prometheus.await("tcpvigil_web_refused_requests_total{reason=\"password\"} >= 2");
                    prometheus.await("tcpvigil_web_dropped_connections_total{reason=\"handshake\"} >= 2");
                },
                "--web.config.file=" + tls.webConfig(),
                "--config=" + config,
                "--cpu-budget=100");
    }

    /** The kernel gives no more answers on the socket that the daemon has; a new one works. */
    @Test
    @Tag("once")
    void staysUpThroughASourceThatFails() throws Exception {
        String isProc = "tcpvigil_source_info{source=\"proc\"}";
        withBoth(
                SOMETIMES + job("tcpvigil", ""),
                (daemon, prometheus) -> {
                    long start = System.nanoTime();
                    try (Churn churn = new Churn(LOOPBACK, 11)) {
                        prometheus.await("tcpvigil_source_info{source=\"netlink\", reason=\"\"} == 1");
                        // A fall-back is over after a second or two: a scraper that is kept busy may miss one.
                        for (int i = 0;
                                i < 5
                                        && prometheus
                                                .query("last_over_time(" + isProc + "[1h])")
                                                .isEmpty();
                                i++) {
                            churn.run(new Life[] {Life.CLIENT_CLOSES, Life.SERVER_ABORTS}, 50, 0);
                            double failures = daemon.metric("tcpvigil_source_errors_total");
                            assertTrue(LostAnswers.toSocketDiagnostics(daemon.pid()) > 0);
                            prometheus.await("tcpvigil_source_errors_total > " + failures);
                            prometheus.await("tcpvigil_source_info{source=\"netlink\", reason=\"\"} == 1");
                        }
                        JsonArray fallBacks = prometheus.query("last_over_time(" + isProc + "[1h])");
                        assertTrue(fallBacks.toString().contains("did not answer within 5 s"), fallBacks.toString());
                        double before = prometheus.value("sum(tcpvigil_connections_opened_total)");
                        churn.run(new Life[] {Life.CLIENT_CLOSES, Life.SERVER_ABORTS}, 50, 0);
                        prometheus.await("sum(tcpvigil_connections_opened_total) >= " + (before + 50));
                    }
                    assertEquals(1, prometheus.value("min_over_time(up[1h])"), "up all the time");
                    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
                    assertEquals(
                            1,
                            prometheus.value("min_over_time(tcpvigil_sample_complete[" + seconds + "s])"),
                            "from one or the other");
                    assertNoCounterWentBack(prometheus);
                    assertFellBackAndCameBack(daemon.log().lines().toList());
                },
                "--cpu-budget=100");
    }

    private static void assertNoCounterWentBack(Prometheus prometheus) throws IOException {
        JsonArray counters = prometheus.query("count by (__name__) ({__name__=~\"tcpvigil_.+_(total|count|bucket)\"})");
        assertTrue(counters.size() > 20, counters.toString());
        for (JsonElement each : counters) {
            String name = each.getAsJsonObject()
                    .getAsJsonObject("metric")
                    .get("__name__")
                    .getAsString();
            assertEquals(0, prometheus.value("sum(resets(" + name + "[1h]))"), name);
        }
    }

    private static void assertFellBackAndCameBack(List<String> log) {
        String usual = "source netlink with destroy events and an exact probe";
        assertTrue(log.size() > 1 && log.size() % 2 == 1, log.toString());
        for (int i = 0; i < log.size(); i++) {
            if (i % 2 == 0) {
                assertEquals(usual, log.get(i));
            } else {
                assertTrue(log.get(i).startsWith("source proc, because netlink refused: "), log.get(i));
                assertTrue(log.get(i).contains("the kernel did not answer within 5 s"), log.get(i));
            }
        }
    }
}
