// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.Prometheus;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real agents on a network namespace full of trouble, scraped by a real Prometheus with the rules and alerts that are committed,
 * but for their patience: each panel has data, each rule has series, alerts fire with whole texts and are over when the trouble
 * is. It takes two minutes, and is run on one Java only.
 */
@Tag("once")
class GrafanaIT {
    /** What panels may ask for without an answer here. */
    private static final Set<String> NO_DATA_HERE = Set.of(
            // Limits of the whole host.
            "tcpvigil_limit{limit=\"orphans\"}",
            "tcpvigil_limit{limit=\"tcp_mem_pressure_pages\"}",
            // Where nothing tends to run out, there is no forecast.
            "tcpvigil_destination_exhaustion_seconds",
            // Only with a kernel that has a state more.
            "tcpvigil_unknown_state_rows");

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(240);

    @TempDir
    private Path scratch;

    @BeforeAll
    static void needsRootAndTools() {
        Requirement.root();
        Requirement.program("prometheus");
        Requirement.program("perl");
    }

    @Test
    void showsRecordsAndAlertsWhatGoesWrong() throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.withOwnTable(Libc.get(), 16_384)) {
            namespace.call(() -> {
                tell();
                return true;
            });
        }
    }

    private void tell() throws Exception {
        try (DaemonProcess seeing = daemon("seeing", "--interval=500ms", "--full-interval=1s");
                // It misses what comes and goes in so long a time.
                DaemonProcess blind = daemon("blind", "--full-interval=5s", "--no-probe", "--no-destroy-events")) {
            String instance = seeing.address().getAuthority();
            String other = blind.address().getAuthority();
            try (Prometheus prometheus =
                    new Prometheus(Files.createDirectory(scratch.resolve("data")), config(instance, other))) {
                Map<String, JsonObject> fired;
                Troubles troubles = new Troubles();
                try {
                    fired = awaitAlerts(prometheus, expectedAlerts());
                    checkRules(prometheus);
                    Recorder.record(prometheus, expression -> substitute(expression, instance));
                    checkPanels(prometheus, instance);
                } finally {
                    troubles.end();
                }
                fired.values().forEach(GrafanaIT::checkTexts);
                awaitQuiet(prometheus);
                blind.signal("TERM");
                awaitAlerts(prometheus, Set.of("TcpvigilDown")).values().forEach(GrafanaIT::checkTexts);
            }
        }
    }

    private DaemonProcess daemon(String name, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.add("--cpu-budget=100");
        return new DaemonProcess(scratch.resolve(name + ".log"), arguments.toArray(String[]::new));
    }

    /** The committed files with seconds in place of minutes. */
    private Path config(String... targets) throws IOException {
        for (Path file : List.of(PrometheusFiles.RULES, PrometheusFiles.ALERTS)) {
            String quick = Files.readString(file)
                    .replaceAll("(?m)^( *interval:) .*$", "$1 1s")
                    .replaceAll("(?m)^( *(?:keep_firing_)?for:) .*$", "$1 1s")
                    .replace("[5m]", "[30s]")
                    .replace("[10m]", "[30s]");
            Files.writeString(scratch.resolve(file.getFileName().toString()), quick);
        }
        return Files.writeString(scratch.resolve("prometheus.yml"), """
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: [rules.yml, alerts.yml]
                scrape_configs:
                  - job_name: tcpvigil
                    static_configs: [{targets: ["%s"]}]
                """.formatted(String.join("\", \"", targets)));
    }

    private static Set<String> expectedAlerts() {
        Set<String> expected = new TreeSet<>();
        for (PrometheusFiles.Rule alert : PrometheusFiles.alerts()) {
            Troubles.EXPECTED.stream()
                    .filter(id -> alert.expression().contains("finding=\"" + id.label() + "\""))
                    .forEach(id -> expected.add(alert.name()));
        }
        assertEquals(Troubles.EXPECTED.size(), expected.size());
        return expected;
    }

    private static List<JsonObject> firing(Prometheus prometheus) throws IOException {
        List<JsonObject> firing = new ArrayList<>();
        for (JsonElement each :
                prometheus.get("/api/v1/alerts").getAsJsonObject().getAsJsonArray("alerts")) {
            if (each.getAsJsonObject().get("state").getAsString().equals("firing")) {
                firing.add(each.getAsJsonObject());
            }
        }
        return firing;
    }

    private static String name(JsonObject alert) {
        return alert.getAsJsonObject("labels").get("alertname").getAsString();
    }

    /** Waits until each has fired at some time; gives one of each that did, these and others. */
    private static Map<String, JsonObject> awaitAlerts(Prometheus prometheus, Set<String> names)
            throws IOException, InterruptedException {
        Map<String, JsonObject> fired = new TreeMap<>();
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        while (!fired.keySet().containsAll(names)) {
            Set<String> missing = new TreeSet<>(names);
            missing.removeAll(fired.keySet());
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("never fired: " + missing + ", but " + fired.keySet() + "; raised: "
                        + prometheus.query("tcpvigil_finding == 1") + "; open files: "
                        + prometheus.query("tcpvigil_process_open_descriptors"));
            }
            Thread.sleep(500);
            firing(prometheus).forEach(alert -> fired.put(name(alert), alert));
        }
        return fired;
    }

    /** Waits until nothing fires any more. */
    private static void awaitQuiet(Prometheus prometheus) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        Set<String> names = Set.of("everything");
        while (!names.isEmpty()) {
            assertTrue(System.nanoTime() - deadline < 0, "still firing: " + names);
            Thread.sleep(500);
            names = new TreeSet<>();
            for (JsonObject alert : firing(prometheus)) {
                names.add(name(alert));
            }
        }
    }

    private static void checkTexts(JsonObject alert) {
        for (Map.Entry<String, JsonElement> each :
                alert.getAsJsonObject("annotations").entrySet()) {
            String text = each.getValue().getAsString();
            assertTrue(
                    !text.matches("(?s).*(\\{\\{|}}|<no value>|<error|%!|NaN|  |http:///| on[ .:]*$| on [:.,;]).*"),
                    name(alert) + " " + each.getKey() + ": " + text);
        }
    }

    private static void checkRules(Prometheus prometheus) throws IOException {
        Set<String> empty = new TreeSet<>();
        for (PrometheusFiles.Rule rule : PrometheusFiles.rules()) {
            if (prometheus.query(rule.name()).isEmpty()) {
                empty.add(rule.name());
            }
        }
        assertEquals(Set.of(), empty, "rules without series");
    }

    private static void checkPanels(Prometheus prometheus, String instance) throws IOException {
        Set<String> empty = new TreeSet<>();
        int asked = 0;
        for (Dashboard dashboard : Dashboards.all()) {
            for (JsonObject panel : DashboardLintTest.panels(Json.parse(dashboard.json()))) {
                for (JsonElement each : panel.getAsJsonArray("targets")) {
                    String expression = each.getAsJsonObject().get("expr").getAsString();
                    asked++;
                    if (prometheus.query(substitute(expression, instance)).isEmpty() && !isAbsentHere(expression)) {
                        empty.add(dashboard.name() + ", " + panel.get("title").getAsString() + ": " + expression);
                    }
                }
            }
        }
        assertTrue(asked > 70, "only " + asked + " queries");
        assertEquals(Set.of(), empty, "panels without data");
    }

    /** What Grafana puts in place of its variables. */
    private static String substitute(String expression, String instance) {
        return expression
                .replace("$job", "tcpvigil")
                .replace("$instance", instance)
                .replace("$state", "established")
                .replace("$__rate_interval", "30s")
                .replace("$__range", "5m");
    }

    private static boolean isAbsentHere(String expression) {
        String bare = expression
                .replace("job=~\"$job\", instance=~\"$instance\"", "")
                .replace("{, ", "{")
                .replace("{}", "");
        return NO_DATA_HERE.stream().anyMatch(bare::contains);
    }
}
