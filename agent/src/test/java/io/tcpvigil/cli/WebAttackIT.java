// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.HttpLoad;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon goes on when clients of all kinds want everything of it; {@code HttpAttack} measures how well. */
@Timeout(600)
class WebAttackIT {
    private static final int SCRAPERS = 200;
    private static final int SLOW = 500;

    /** Code compiled under load, and buffers of 700 clients; a thread or an answer for each would be more. */
    private static final long MOST_GROWTH_KIB = 64 * 1024;

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
            long before;
            try (HttpLoad quiet = new HttpLoad(server)) {
                assertEquals(0, quiet.scrape(300, 0).failed());
                before = HttpLoad.residentKib(daemon.pid());
            }
            try (HttpLoad load = new HttpLoad(server)) {
                load.slowLoris(SLOW);
                load.bigHeads(2, 20);
                HttpLoad.Scrapes many = load.scrapers(SCRAPERS, 100);
                Set<String> samples = new HashSet<>();
                while (many.count() < 5000 || samples.size() < 5 || load.refusedHeads() < 10) {
                    samples.add(takenAt(daemon));
                }
                assertEquals("ok\n", daemon.get("/-/healthy"));
                assertEquals(0, many.failed(), "of " + many.count());
                long grown = HttpLoad.residentKib(daemon.pid()) - before;
                assertTrue(grown < MOST_GROWTH_KIB, "grew by " + grown + " KiB");
            }
            assertEquals("ok\n", daemon.get("/-/ready"));
            assertTrue(daemon.get("/api/v1/status").contains("\"errors\": 0"), daemon.get("/api/v1/status"));
            assertEquals(1, daemon.log().lines().count(), daemon.log());
        }
    }
}
