// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.kernel.netns.PrivateNamespace;
import io.tcpvigil.testing.Churn;
import io.tcpvigil.testing.Churn.Life;
import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.Requirement;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tcpvigil daemon} as a process of its own, in a namespace of its own: what a scraper and the journal see of it. */
class DaemonProcessIT {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    private Path scratch;

    @BeforeAll
    static void needsRootAndTools() {
        Requirement.root();
        Requirement.program("promtool");
    }

    private interface Check {
        void run(DaemonProcess daemon) throws Exception;
    }

    /** In a container there are processes that not even root may look into. */
    private static String logBesideOwners(DaemonProcess daemon) throws IOException {
        return daemon.log().replaceAll("; the owners of some sockets not readable: [^;\n]* would help", "");
    }

    private void withDaemon(Check check, String... arguments) throws Exception {
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                try (DaemonProcess daemon = new DaemonProcess(scratch.resolve("log"), arguments)) {
                    daemon.await("tcpvigil_sample_complete", 1);
                    check.run(daemon);
                }
                return true;
            });
        }
    }

    @Test
    void tellsAScraperWhatBecameOfConnections() throws Exception {
        withDaemon(
                daemon -> {
                    double before = daemon.metric("tcpvigil_kernel_events_total{event=\"passive_opens\",}");
                    try (Churn churn = new Churn(LOOPBACK, 1)) {
                        // Only what is listened on before it is connected to passes for inbound without the probe's
                        // word.
                        Thread.sleep(500);
                        churn.run(new Life[] {Life.CLIENT_CLOSES, Life.SERVER_CLOSES, Life.CLIENT_ABORTS}, 300, 0);
                    }
                    daemon.await("tcpvigil_kernel_events_total{event=\"passive_opens\",}", before + 302);
                    daemon.await(
                            "tcpvigil_transitions_total{from=\"syn_received\",to=\"established\",evidence=\"exact\",}",
                            302);
                    daemon.await("tcpvigil_lifecycle_events_seen_total{event=\"opened_outbound\",}", 302);
                    assertEquals(0, daemon.metric("tcpvigil_anomalies_total"));
                    assertEquals(1, daemon.metric("tcpvigil_event_source_up{source=\"probe\",}"));
                    Path page = Files.writeString(scratch.resolve("metrics"), daemon.get("/metrics"));
                    Process promtool = new ProcessBuilder("promtool", "check", "metrics")
                            .redirectInput(page.toFile())
                            .redirectErrorStream(true)
                            .start();
                    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                    assertEquals("", said);
                    assertEquals("source netlink with destroy events and an exact probe\n", logBesideOwners(daemon));
                },
                "--interval=100ms",
                "--full-interval=300ms",
                "--cpu-budget=100");
    }

    @Test
    void saysEverywhereThatItMayNotSeeTheOwners() throws Exception {
        Requirement.program("setpriv");
        try (PrivateNamespace namespace = PrivateNamespace.create(Libc.get())) {
            namespace.call(() -> {
                try (ServerSocket server = new ServerSocket(0, 1, LOOPBACK);
                        DaemonProcess daemon = DaemonProcess.withoutRights(
                                scratch.resolve("log"),
                                "--interval=50ms",
                                "--full-interval=500ms",
                                "--cpu-budget=100")) {
                    daemon.await("tcpvigil_sample_duration_seconds_count{tier=\"full\",phase=\"dump\",}", 2);
                    String why = "processes of other users not readable: run as root";
                    JsonObject report =
                            JsonParser.parseString(daemon.get("/api/v1/report")).getAsJsonObject();
                    assertTrue(report.get("problems").toString().contains(why), report.toString());
                    for (JsonElement port : report.getAsJsonArray("ports")) {
                        boolean ours = port.getAsJsonObject().get("port").getAsInt() == server.getLocalPort();
                        assertTrue(!ours || port.getAsJsonObject().get("owners").isJsonNull(), "unknown is not none");
                    }
                    assertTrue(daemon.get("/api/v1/status").contains(why), daemon.get("/api/v1/status"));
                    assertEquals(0, daemon.metric("tcpvigil_event_source_up{source=\"owners\",}"));
                    assertEquals(
                            1,
                            daemon.log()
                                    .lines()
                                    .filter(line -> line.contains("the owners of some sockets not readable"))
                                    .count(),
                            daemon.log());
                }
                return true;
            });
        }
    }

    @Test
    void leavesOutTheSourcesThatItIsToldTo() throws Exception {
        withDaemon(
                daemon -> {
                    daemon.await("tcpvigil_interval_seconds{tier=\"full\",}", 15);
                    assertEquals(0, daemon.metric("tcpvigil_event_source_up{source=\"probe\",}"));
                    assertEquals(0, daemon.metric("tcpvigil_event_source_up{source=\"destroy_events\",}"));
                    assertEquals(
                            "source netlink; without destroy events: switched off; without an exact probe: switched off\n",
                            logBesideOwners(daemon));
                },
                "--no-probe",
                "--no-destroy-events",
                "--cpu-budget=100");
    }

    /** A stopped process stands for a suspended machine: when it goes on, its clock has moved. */
    @Test
    void hasTheRightAgesAfterALongPause() throws Exception {
        withDaemon(
                daemon -> {
                    String age = "tcpvigil_state_oldest_seconds{state=\"established\",}";
                    String closeWait = "tcpvigil_state_oldest_seconds{state=\"close_wait\",}";
                    try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK);
                            Socket client = new Socket(LOOPBACK, server.getLocalPort());
                            Socket accepted = server.accept()) {
                        long opened = System.nanoTime();
                        daemon.await(age, 0.2);
                        daemon.signal("STOP");
                        Thread.sleep(1500);
                        client.shutdownOutput();
                        Thread.sleep(1500);
                        daemon.signal("CONT");
                        // In CLOSE-WAIT since the middle of the pause, as far as anybody can tell.
                        double waiting = daemon.await(closeWait, 1e-9);
                        assertTrue(waiting <= (System.nanoTime() - opened) / 1e9, "waits for " + waiting);
                        assertFalse(accepted.isClosed());
                        try (Socket second = new Socket(LOOPBACK, server.getLocalPort());
                                Socket alsoAccepted = server.accept()) {
                            assertTrue(second.isConnected() && alsoAccepted.isConnected());
                            double established = daemon.await(age, 0.3);
                            assertTrue(established < 2, "the new one is not as old as the pause, but " + established);
                        }
                    }
                    assertEquals(0, daemon.metric("tcpvigil_anomalies_total"));
                },
                "--interval=100ms",
                "--full-interval=200ms",
                "--cpu-budget=100");
    }

    /** What a scraper and the journal see of good and broken files, and that connections stay known. */
    @Test
    void readsItsConfigurationAgainOnSighupAndLivesThroughABrokenOne() throws Exception {
        Path file =
                Files.writeString(scratch.resolve("tcpvigil.yml"), "sampling: {interval: 100ms, full_interval: 200ms}");
        String age = "tcpvigil_state_oldest_seconds{state=\"established\",}";
        withDaemon(
                daemon -> {
                    try (ServerSocket server = new ServerSocket(0, 50, LOOPBACK);
                            Socket client = new Socket(LOOPBACK, server.getLocalPort());
                            Socket accepted = server.accept()) {
                        double before = daemon.await(age, 0.2);
                        Files.writeString(
                                file, "sampling: {interval: 150ms, full_interval: 150ms}\nweb: {telemetry_path: /m}");
                        daemon.signal("HUP");
                        daemon.await("tcpvigil_config_reloads_total{result=\"success\",}", 1);
                        assertEquals(0.15, daemon.await("tcpvigil_interval_seconds{tier=\"fast\",}", 0.15));
                        assertEquals(1, daemon.metric("tcpvigil_config_restart_needed"));

                        Files.writeString(file, "sampling: {interval: 10s, full_intervall: 1s}");
                        daemon.signal("HUP");
                        daemon.await("tcpvigil_config_reloads_total{result=\"failure\",}", 1);
                        assertEquals(0, daemon.metric("tcpvigil_config_last_reload_success"));
                        assertEquals(0.15, daemon.metric("tcpvigil_interval_seconds{tier=\"fast\",}"));
                        assertEquals("ok\n", daemon.get("/-/healthy"));

                        // Nobody asks: it looks at the file by itself.
                        Files.writeString(file, "sampling: {interval: 100ms, full_interval: 200ms}");
                        daemon.await("tcpvigil_config_last_reload_success", 1);
                        daemon.await(age, before + 0.5);
                        assertTrue(client.isConnected() && accepted.isConnected());
                    }
                    assertEquals(0, daemon.metric("tcpvigil_anomalies_total"));
                    assertEquals(
                            List.of(
                                    "source netlink with destroy events and an exact probe",
                                    "configuration read again, as was asked for: sampling.interval is now 150ms;"
                                            + " sampling.full_interval is now 150ms; web.telemetry_path needs a restart",
                                    "configuration read again, as was asked for, and everything stays as it was: "
                                            + file
                                            + ":1: sampling.full_intervall: unknown key, did you mean full_interval?; known"
                                            + " here: interval, full_interval, cpu_budget, source, destroy_events, probe, other_namespaces",
                                    "configuration read again, as its file has changed: sampling.interval is now 100ms;"
                                            + " sampling.full_interval is now 200ms"),
                            logBesideOwners(daemon).lines().toList());
                },
                "--config=" + file,
                "--cpu-budget=100");
    }
}
