// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.GreedyClients;
import io.tcpvigil.testing.HttpLoad;
import io.tcpvigil.testing.TlsFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A daemon goes on when clients of all kinds want everything of it; {@code HttpAttack} measures how well. */
@Timeout(600)
class WebAttackIT {
    private static final int SCRAPERS = 200;
    private static final int SLOW = 500;

    private static final int GREEDY = 24;

    /** Many times as much as comes of one piece that a client sends. */
    private static final long MUCH_BYTES = 2L << 20;

    /** Code compiled under load, and buffers of 700 clients; a thread or an answer for each would be more. */
    private static final long MOST_GROWTH_KIB = 40 * 1024;

    @TempDir
    private Path scratch;

    private static String takenAt(DaemonProcess daemon) throws Exception {
        String report = daemon.get("/api/v1/report");
        int at = report.indexOf("\"taken_at\"");
        return report.substring(at, report.indexOf('\n', at));
    }

    @Test
    void scrapesAndSamplesGoOn() throws Exception {
        try (DaemonProcess daemon = new DaemonProcess(
                scratch.resolve("log"),
                HttpLoad.DAEMON_OPTIONS,
                "--no-probe",
                "--no-destroy-events",
                "--interval=200ms",
                "--cpu-budget=100")) {
            InetSocketAddress server = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), daemon.address().getPort());
            daemon.await("tcpvigil_sample_complete", 1);
            daemon.await("tcpvigil_sample_complete", 1);
            long before;
            try (HttpLoad quiet = new HttpLoad(server, null)) {
                assertEquals(0, quiet.scrape(300, 0).failed());
                before = HttpLoad.residentKib(daemon.pid());
            }
            try (HttpLoad load = new HttpLoad(server, null)) {
                load.slowLoris(SLOW);
                load.bigHeads(2, 20);
                HttpLoad.Scrapes many = load.scrapers(SCRAPERS, 100);
                Set<String> samples = new HashSet<>();
                while (many.count() < 5000 || samples.size() < 5 || load.refusedHeads() < 10) {
                    samples.add(takenAt(daemon));
                }
                assertEquals("ok\n", daemon.get("/-/healthy"));
                daemon.await("tcpvigil_web_dropped_connections_total{reason=\"slow_request\",}", 1);
                assertEquals(0, many.failed(), "of " + many.count());
                long grown = HttpLoad.residentKib(daemon.pid()) - before;
                assertTrue(grown < MOST_GROWTH_KIB, "grew by " + grown + " KiB");
            }
            assertEquals("ok\n", daemon.get("/-/ready"));
            assertTrue(daemon.get("/api/v1/status").contains("\"errors\": 0"), daemon.get("/api/v1/status"));
            assertEquals(1, daemon.log().lines().count(), daemon.log());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void outlivesClientsThatAskForAllAtOnce(boolean encrypted) throws Exception {
        List<String> options = new ArrayList<>(List.of("--no-probe", "--no-destroy-events", "--web.max-requests=4"));
        @Nullable SSLContext tls = null;
        if (encrypted) {
            TlsFiles files = TlsFiles.in(scratch, "");
            tls = files.clients();
            options.add("--web.config.file=" + files.webConfig());
        }
        try (DaemonProcess daemon =
                new DaemonProcess(scratch.resolve("log"), HttpLoad.DAEMON_OPTIONS, options.toArray(new String[0]))) {
            InetSocketAddress server = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), daemon.address().getPort());
            try (GreedyClients greedy = new GreedyClients(server, tls, GREEDY, "/metrics");
                    HttpLoad others = new HttpLoad(server, tls)) {
                while (greedy.answeredBytes() < MUCH_BYTES) {
                    Thread.sleep(10);
                }
                // With all places taken most get no metrics, but each gets an answer.
                assertEquals(50, others.scrape(50, 0).count());
            }
            try (HttpLoad quiet = new HttpLoad(server, tls)) {
                HttpLoad.Scrapes scrapes = quiet.scrape(1, 0);
                while (scrapes.failed() > 0) {
                    scrapes = quiet.scrape(1, 0);
                }
            }
            // That of the first sample.
            assertTrue(daemon.log().lines().count() <= 1, daemon.log());
        }
    }

    /** All come at the same moment, when the arithmetic of each handshake has to wait for that of the others. */
    @Test
    void goesOnUnderTls() throws Exception {
        TlsFiles tls = TlsFiles.in(scratch, "");
        try (DaemonProcess daemon = new DaemonProcess(
                scratch.resolve("log"),
                HttpLoad.DAEMON_OPTIONS,
                "--no-probe",
                "--no-destroy-events",
                "--web.config.file=" + tls.webConfig())) {
            InetSocketAddress server = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), daemon.address().getPort());
            try (HttpLoad load = new HttpLoad(server, tls.clients()).packed()) {
                load.slowLoris(SLOW);
                load.bigHeads(1, 50);
                HttpLoad.Scrapes many = load.scrapers(SCRAPERS, 100);
                while (many.count() < 2000 || load.refusedHeads() < 3) {
                    Thread.sleep(10);
                }
                assertEquals(0, many.failed(), "of " + many.count());
            }
            assertEquals(1, daemon.log().lines().count(), daemon.log());
        }
    }
}
