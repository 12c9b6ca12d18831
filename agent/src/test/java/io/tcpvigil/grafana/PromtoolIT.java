// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What the checkers of Prometheus and Alertmanager say of the committed files. */
class PromtoolIT {
    private static String run(String... command) throws IOException, InterruptedException {
        Requirement.program(command[0]);
        Process process = new ProcessBuilder(command)
                .directory(PrometheusFiles.FOLDER.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    @Test
    void acceptsRulesAndAlertsAndTheExampleThatHasBoth() throws Exception {
        String said = run("promtool", "check", "config", "prometheus.yml");
        assertTrue(said.contains("2 rule files found"), said);
        assertTrue(said.contains(PrometheusFiles.rules().size() + " rules found"), said);
        assertTrue(said.contains(PrometheusFiles.alerts().size() + " rules found"), said);
        run("promtool", "check", "rules", "--lint=all", "--lint-fatal", "rules.yml", "alerts.yml");
    }

    @Test
    void raisesAlertsWhenTheyAreDueAndOnlyThen() throws Exception {
        run("promtool", "test", "rules", "alerts_test.yml");
    }

    @Test
    void routesWhatIsCriticalToThePager() throws Exception {
        run("amtool", "check-config", "alertmanager.yml");
        assertRoute("pager", "alertname=TcpvigilCloseWaitLeak", "severity=critical", "finding=close_wait_leak");
        assertRoute("tickets", "alertname=TcpvigilCloseWaitLeak", "severity=warning", "finding=close_wait_leak");
        assertRoute("pager", "alertname=TcpvigilFindingFleetwide", "severity=critical", "finding=reset_storm");
        assertRoute("tickets", "alertname=TcpvigilDown", "severity=warning");
    }

    private static void assertRoute(String receiver, String... labels) throws IOException, InterruptedException {
        String[] command = {"amtool", "config", "routes", "test", "--config.file=alertmanager.yml"};
        String[] all = new String[command.length + labels.length];
        System.arraycopy(command, 0, all, 0, command.length);
        System.arraycopy(labels, 0, all, command.length, labels.length);
        String said = run(all);
        assertEquals(receiver, said.lines().reduce("", (before, line) -> line), said);
    }
}
