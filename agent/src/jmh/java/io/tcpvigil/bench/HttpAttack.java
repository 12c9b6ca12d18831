// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.HttpLoad;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How long a scrape of a daemon takes while others attack it: one scraper every 20 ms, alone, then beside 200 that scrape once a
 * second, 500 connections that never end their request, and two clients that send 64 KiB of header fields; then beside 200 that
 * scrape as fast as they can, until a million scrapes are done. Arguments: how many of those; seconds of each of the first two.
 *
 * <p>On 2 processors of a virtual machine that others used, too, Linux 6.18, JDK 17, client and daemon together (arguments 1000000
 * 10; median, p99, resident): alone 3.0 and 18.5 ms, 103 MB; beside slow clients and 200 scrapers once a second 4.1 and 36.8 ms,
 * 114 MB; a million at full speed, 10,158 a second, of all of them 16.8 and 49.8 ms, 122 MB; alone again 2.8 and 37.5 ms. None
 * failed, and a sample was taken every second.
 */
public final class HttpAttack {
    private static final int SCRAPERS = 200;
    private static final int SLOW = 500;
    private static final long PAUSE_MILLIS = 20;
    private static final String SAMPLES = "tcpvigil_sample_duration_seconds_count{tier=\"fast\",phase=\"dump\",}";

    private HttpAttack() {}

    public static void main(String[] arguments) throws Exception {
        long scrapes = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 30;
        long probes = seconds * 1000 / PAUSE_MILLIS;
        Path log = Files.createTempFile("tcpvigil", ".log");
        try (DaemonProcess daemon = new DaemonProcess(log, HttpLoad.DAEMON_OPTIONS, "--no-probe", "--no-destroy-events")) {
            InetSocketAddress server =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), daemon.address().getPort());
            try (HttpLoad load = new HttpLoad(server)) {
                load.scrape(2000, 0);
                tell(daemon, "alone", load.scrape(probes, PAUSE_MILLIS));
            }
            try (HttpLoad load = new HttpLoad(server)) {
                load.slowLoris(SLOW);
                load.bigHeads(2, 10);
                HttpLoad.Scrapes others = load.scrapers(SCRAPERS, 1000);
                tell(daemon, "slow clients, 200 scrapers once a second", load.scrape(probes, PAUSE_MILLIS));
                tell(daemon, "  these 200", others);
            }
            try (HttpLoad load = new HttpLoad(server)) {
                load.slowLoris(SLOW);
                load.bigHeads(2, 10);
                long start = System.nanoTime();
                HttpLoad.Scrapes others = load.scrapers(SCRAPERS, 0);
                while (others.count() < scrapes) {
                    Thread.sleep(100);
                }
                double rate = others.count() / ((System.nanoTime() - start) / 1e9);
                tell(daemon, String.format(Locale.ROOT, "slow clients, 200 at full speed, %,.0f/s", rate), others);
            }
            tell(daemon, "alone again", new HttpLoad(server).scrape(probes / 4, PAUSE_MILLIS));
            System.out.println(daemon.get("/api/v1/status"));
        } finally {
            System.out.print(Files.readString(log));
            Files.delete(log);
        }
    }

    private static void tell(DaemonProcess daemon, String what, HttpLoad.Scrapes scrapes) throws IOException {
        System.out.printf(
                Locale.ROOT,
                "%-55s %,9d scrapes, %d failed: median %.2f ms, p99 %.2f ms, most %.1f ms; resident %,d KiB, %.0f samples%n",
                what,
                scrapes.count(),
                scrapes.failed(),
                scrapes.millis(0.5),
                scrapes.millis(0.99),
                scrapes.millis(1),
                HttpLoad.residentKib(daemon.pid()),
                daemon.metric(SAMPLES));
    }
}
