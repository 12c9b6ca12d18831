// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Alertmanager;
import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.Prometheus;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.URI;
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
 * Real agents on a network namespace with every kind of trouble, scraped by a real Prometheus with the rules and alerts that are
 * committed, but for their patience, which tells a real Alertmanager with the routing example: each panel has data, each rule
 * has series, the alert of each finding fires with whole texts, goes where it should, and is over when the trouble is. It takes
 * two minutes, and is run on one Java only.
 */
@Tag("once")
class GrafanaIT {
    /** Of the agents; sooner than usual. */
    private static final String SETTINGS = "findings: {stuck_after: 10s}\n";

    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(240);

    @TempDir
    private Path scratch;

    @BeforeAll
    static void needsRootAndTools() {
        Requirement.root();
        Requirement.program("prometheus");
        Requirement.program(Alertmanager.PROGRAM);
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
        HostLimits limits = new HostLimits(folder("limits"));
        try (Notifications notifications = new Notifications();
                Alertmanager alertmanager = new Alertmanager(
                        folder("alertmanager"), notifications.writeConfig(scratch.resolve("alertmanager.yml"), "1s"));
                DaemonProcess seeing = daemon(limits.starter(), "seeing", "--interval=500ms", "--full-interval=1s");
                // It misses what comes and goes in so long a time.
                DaemonProcess blind =
                        daemon(List.of(), "blind", "--full-interval=5s", "--no-probe", "--no-destroy-events");
                Prometheus prometheus = new Prometheus(
                        folder("prometheus"), config(alertmanager.address(), seeing.address(), blind.address()))) {
            String instance = seeing.address().getAuthority();
            Map<String, JsonObject> fired;
            Troubles troubles = new Troubles(limits);
            try {
                fired = awaitAlerts(prometheus, alertsOfFindings(), Unanswered.ofAll(instance));
                Recorder.record(prometheus, expression -> Unanswered.substitute(expression, instance));
                checkGraph(prometheus, instance);
                awaitInhibited(alertmanager, instance);
            } finally {
                troubles.end();
            }
            fired.values().forEach(GrafanaIT::checkTexts);
            awaitQuiet(prometheus);
            awaitResolved(notifications, instance);
            notifications.all().forEach(GrafanaIT::checkRoute);
            blind.signal("TERM");
            awaitAlerts(prometheus, Set.of("TcpvigilDown"), Unanswered.nothing())
                    .values()
                    .forEach(GrafanaIT::checkTexts);
        }
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectory(scratch.resolve(name));
    }

    private DaemonProcess daemon(List<String> starter, String name, String... more) throws IOException {
        Path settings = Files.writeString(scratch.resolve(name + ".yml"), SETTINGS);
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.add("--cpu-budget=100");
        arguments.add("--config.file=" + settings);
        return DaemonProcess.startedBy(starter, scratch.resolve(name + ".log"), arguments.toArray(String[]::new));
    }

    /** The committed files with seconds in place of minutes. */
    private Path config(URI alertmanager, URI seeing, URI blind) throws IOException {
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
                alerting: {alertmanagers: [{static_configs: [{targets: ["%s"]}]}]}
                scrape_configs:
                  - job_name: tcpvigil
                    static_configs: [{targets: ["%s", "%s"]}]
                """.formatted(
                        alertmanager.getAuthority(), seeing.getAuthority(), blind.getAuthority()));
    }

    private static Set<String> alertsOfFindings() {
        Set<String> expected = new TreeSet<>();
        for (PrometheusFiles.Rule alert : PrometheusFiles.alerts()) {
            if (alert.expression().contains("finding=\"")) {
                expected.add(alert.name());
            }
        }
        assertEquals(FindingId.values().length, expected.size());
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

    /** What is not yet as it should be; empty when all is. */
    private interface Complaint {
        String now() throws IOException;
    }

    private static void await(Complaint complaint) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + DEADLINE_NANOS;
        for (String last = complaint.now(); !last.isEmpty(); last = complaint.now()) {
            assertTrue(System.nanoTime() - deadline < 0, last);
            Thread.sleep(500);
        }
    }

    /** Waits until each has fired at some time, and all is answered; gives one of each that fired, these and others. */
    private static Map<String, JsonObject> awaitAlerts(Prometheus prometheus, Set<String> names, Unanswered unanswered)
            throws IOException, InterruptedException {
        Map<String, JsonObject> fired = new TreeMap<>();
        await(() -> {
            firing(prometheus).forEach(alert -> fired.put(name(alert), alert));
            unanswered.ask(prometheus);
            Set<String> missing = new TreeSet<>(names);
            missing.removeAll(fired.keySet());
            return missing.isEmpty() && unanswered.size() == 0
                    ? ""
                    : "never fired: " + missing + ", but " + fired.keySet() + "; raised: "
                            + prometheus.query("tcpvigil_finding == 1") + "; open files: "
                            + prometheus.query("tcpvigil_process_open_descriptors") + "; without data: " + unanswered;
        });
        return fired;
    }

    private static void awaitQuiet(Prometheus prometheus) throws IOException, InterruptedException {
        await(() -> {
            List<JsonObject> firing = firing(prometheus);
            return firing.isEmpty() ? "" : "still firing: " + firing;
        });
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

    /** Each arrow of the state machine begins and ends at a circle: without that, Grafana draws nothing. */
    private static void checkGraph(Prometheus prometheus, String instance) throws IOException {
        Set<String> ends = labels(prometheus, HostDashboard.STEPS_OF_MACHINE, instance, "source");
        assertTrue(ends.contains("established"), ends.toString());
        ends.addAll(labels(prometheus, HostDashboard.STEPS_OF_MACHINE, instance, "target"));
        // Asked for last: what was walked a moment ago is still there.
        Set<String> states = labels(prometheus, HostDashboard.STATES_OF_MACHINE, instance, "id");
        assertTrue(states.containsAll(ends) && states.contains("closed"), ends + ", but " + states);
    }

    private static Set<String> labels(Prometheus prometheus, String expression, String instance, String label)
            throws IOException {
        Set<String> values = new TreeSet<>();
        for (JsonElement each :
                prometheus.query(Unanswered.substitute(expression.replace("@", Panel.HOST), instance))) {
            values.add(
                    each.getAsJsonObject().getAsJsonObject("metric").get(label).getAsString());
        }
        return values;
    }

    /** A full accept queue explains the drops. */
    private static void awaitInhibited(Alertmanager alertmanager, String instance)
            throws IOException, InterruptedException {
        Map<String, String> drops = Map.of("alertname", "TcpvigilListenDrops", "instance", instance);
        await(() -> alertmanager.inhibited().stream()
                        .anyMatch(labels -> labels.entrySet().containsAll(drops.entrySet()))
                ? ""
                : "not inhibited: " + drops + " in " + alertmanager.alerts());
    }

    /** The pager has told of the full accept queue, and that it is over. */
    private static void awaitResolved(Notifications notifications, String instance)
            throws IOException, InterruptedException {
        Map<String, String> group =
                Map.of("alertname", "TcpvigilAcceptQueueFull", "instance", instance, "job", "tcpvigil");
        await(() -> {
            List<String> told = notifications.all().stream()
                    .filter(each -> each.path().equals("/page") && each.group().equals(group))
                    .map(Notifications.Notification::status)
                    .toList();
            return told.contains("firing") && told.get(told.size() - 1).equals("resolved")
                    ? ""
                    : "not told and over: " + notifications.all();
        });
    }

    /** Each host pages for itself; a ticket is for all hosts. */
    private static void checkRoute(Notifications.Notification notification) {
        boolean page = notification.path().equals("/page");
        assertEquals(
                page ? Set.of("alertname", "instance", "job") : Set.of("alertname", "job"),
                notification.group().keySet());
        for (Map<String, String> labels : notification.alerts()) {
            assertEquals(page ? "critical" : "warning", labels.get("severity"), notification.toString());
        }
    }
}
