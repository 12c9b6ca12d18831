// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Alertmanager;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real Alertmanager with the routing example makes of alerts that come together. */
@Tag("once")
class AlertmanagerIT {
    @TempDir
    private Path scratch;

    @BeforeAll
    static void needsRootAndAlertmanager() {
        Requirement.root();
        Requirement.program(Alertmanager.PROGRAM);
    }

    private static Map<String, String> alert(String name, String severity, String instance, String finding) {
        Map<String, String> labels = new TreeMap<>(
                Map.of("alertname", "Tcpvigil" + name, "severity", severity, "job", "tcpvigil", "finding", finding));
        if (!instance.isEmpty()) {
            labels.put("instance", instance);
        }
        return labels;
    }

    private static JsonArray array(Set<Map<String, String>> alerts) {
        JsonArray array = new JsonArray();
        for (Map<String, String> labels : alerts) {
            var tree = Json.object();
            labels.forEach(tree::addProperty);
            array.add(Json.object("labels", tree));
        }
        return array;
    }

    /** What follows from something else, or is the same as it. */
    private static final Set<Map<String, String>> QUIET = Set.of(
            alert("CloseWaitLeak", "warning", "a:9794", "close_wait_leak"),
            alert("ResetStorm", "warning", "a:9794", "reset_storm"),
            alert("ResetStorm", "warning", "b:9794", "reset_storm"),
            alert("SynReceivedPile", "critical", "b:9794", "syn_received_pile"),
            alert("ListenDrops", "warning", "b:9794", "listen_drops"));

    private static final Set<Map<String, String>> TOLD = Set.of(
            alert("CloseWaitLeak", "critical", "a:9794", "close_wait_leak"),
            alert("CloseWaitLeak", "warning", "b:9794", "close_wait_leak"),
            alert("CloseWaitLeak", "warning", "c:9794", "close_wait_leak"),
            alert("FindingFleetwide", "warning", "", "reset_storm"),
            alert("AcceptQueueFull", "critical", "b:9794", "accept_queue_full"),
            alert("ListenDrops", "warning", "c:9794", "listen_drops"));

    private static final Set<String> NOTIFICATIONS = new TreeSet<>(Set.of(
            "/page CloseWaitLeak a:9794",
            "/page AcceptQueueFull b:9794",
            "/ticket CloseWaitLeak b:9794 c:9794",
            "/ticket FindingFleetwide",
            "/ticket ListenDrops c:9794"));

    @Test
    void tellsOnceAndWhereItShould() throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                // Longer than it takes to see what inhibits what.
                try (Notifications notifications = new Notifications();
                        Alertmanager alertmanager = new Alertmanager(
                                scratch, notifications.writeConfig(scratch.resolve("alertmanager.yml"), "3s"))) {
                    tell(alertmanager, notifications);
                }
                return true;
            });
        }
    }

    private static void tell(Alertmanager alertmanager, Notifications notifications)
            throws IOException, InterruptedException {
        alertmanager.tell(array(TOLD));
        alertmanager.tell(array(QUIET));
        for (int i = 0; i < 300 && notifications.all().size() < NOTIFICATIONS.size(); i++) {
            Thread.sleep(100);
        }
        Set<String> told = new TreeSet<>();
        for (Notifications.Notification each : notifications.all()) {
            StringBuilder line = new StringBuilder(each.path() + " "
                    + each.group().getOrDefault("alertname", "").replace("Tcpvigil", ""));
            each.alerts().stream()
                    .map(labels -> labels.getOrDefault("instance", ""))
                    .sorted()
                    .forEach(instance -> line.append(instance.isEmpty() ? "" : " " + instance));
            told.add(line.toString());
        }
        assertEquals(QUIET, alertmanager.inhibited());
        assertEquals(NOTIFICATIONS, told);
    }
}
