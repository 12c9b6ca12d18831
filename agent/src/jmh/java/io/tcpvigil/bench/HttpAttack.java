// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.bench;

import io.tcpvigil.testing.DaemonProcess;
import io.tcpvigil.testing.HttpLoad;
import io.tcpvigil.testing.HttpLoad.Scrapes;
import io.tcpvigil.testing.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

/**
 * How long a scrape of a daemon takes while others attack it: one scraper every 20 ms, alone, then beside 200 that scrape at the
 * same moment once a second, 500 connections that never end their request, and two clients that send 64 KiB of header fields; then
 * beside 200 that scrape as fast as they can, until a million scrapes are done. The daemon is started by its launcher.
 *
 * <p>Arguments: how many scrapes at full speed; seconds of each of the first two; {@code gzip} for scrapers that ask for packed
 * answers, as Prometheus does; {@code tls} for the same under TLS.
 *
 * <p>Times are those of the clients. Both sides and the kernel share the processors; which side takes how much is printed beside.
 *
 * <p>On 2 processors of a virtual machine that others used, too (load 20; daemon and clients with the highest weight of autogroups),
 * Linux 6.18, with the probe and all else as usual; arguments 1000000 10, under TLS 100000 10 gzip tls. Milliseconds in the middle
 * and at the 99th percentile, and processors; none failed, and no sample was missing:
 *
 * <pre>
 *                                       Java 17                 Java 25                 25, TLS, gzip
 * one scraper alone                      0.5   12.1              0.5   11.9              0.7   13.6
 * beside slow clients and the 200        0.5   18.8              0.9   16.3              1.1   37.0
 * the 200 at the same moment            15.1   40.4             14.1   40.6             26.2   67.4
 *   daemon, clients                     0.18   0.15             0.23   0.18             0.45   0.68
 * the 200 at full speed                 12.8   28.0             15.3   32.5             40.7   75.1
 *   a second                          14,400                  12,100                   4,700
 *   daemon, clients                     0.69   0.67             0.70   0.71             0.76   0.50
 * resident MiB before, least, most      63.4  66.3  70.3        71.1  74.1  80.1        80.5  92.3 101.7
 * </pre>
 *
 * <p>Unpacked, TLS is bound by what Java's first compiler makes of ciphers: 50,000
 * scrapes at full speed came at 820 a second, 376 ms at the 99th percentile.
 */
public final class HttpAttack implements AutoCloseable {
    private static final int SCRAPERS = 200;
    private static final int SLOW = 500;
    private static final long PERIOD_MILLIS = 20;
    /** How often the memory is told while the million is done. */
    private static final int PARTS = 5;

    private static final String SAMPLES = "tcpvigil_sample_duration_seconds_count{tier=\"fast\",phase=\"dump\",}";
    private static final String FULL_SAMPLES = SAMPLES.replace("fast", "full");

    private final DaemonProcess daemon;
    private final InetSocketAddress server;
    private final SSLContext tls;
    private final boolean packed;

    private HttpAttack(DaemonProcess daemon, SSLContext tls, boolean packed) {
        this.daemon = daemon;
        this.server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), daemon.address().getPort());
        this.tls = tls;
        this.packed = packed;
    }

    public static void main(String[] arguments) throws Exception {
        long scrapes = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 30;
        boolean packed = List.of(arguments).contains("gzip");
        boolean encrypted = List.of(arguments).contains("tls");
        Path scratch = Files.createDirectories(Path.of("target/http-attack").toAbsolutePath());
        Path log = scratch.resolve("log");
        // As often as asked for, whatever it costs: a sample that is missing is seen.
        String often = "--cpu-budget=100";
        if (encrypted) {
            TlsFiles files = TlsFiles.in(scratch, "");
            HttpsURLConnection.setDefaultSSLSocketFactory(files.clients().getSocketFactory());
            String config = "--web.config.file=" + files.webConfig();
            try (HttpAttack attack =
                    new HttpAttack(DaemonProcess.launched(log, often, config), files.clients(), packed)) {
                attack.run(scrapes, seconds);
            }
        } else {
            try (HttpAttack attack = new HttpAttack(DaemonProcess.launched(log, often), null, packed)) {
                attack.run(scrapes, seconds);
            }
        }
        System.out.print(Files.readString(log));
    }

    private HttpLoad load() {
        HttpLoad load = new HttpLoad(server, tls);
        return packed ? load.packed() : load;
    }

    private void run(long scrapes, long seconds) throws Exception {
        long probes = seconds * 1000 / PERIOD_MILLIS;
        try (HttpLoad load = load()) {
            load.scrape(2000, 0);
            Mark before = new Mark();
            before.tell("alone", load.scrape(probes, PERIOD_MILLIS));
        }
        try (HttpLoad load = load()) {
            load.slowLoris(SLOW);
            load.bigHeads(2, 10);
            Scrapes others = load.scrapers(SCRAPERS, 1000);
            Mark before = new Mark();
            before.tell("beside slow clients and 200 at once each second", load.scrape(probes, PERIOD_MILLIS));
            before.tell("  these 200", others);
        }
        try (HttpLoad load = load()) {
            load.slowLoris(SLOW);
            load.bigHeads(2, 10);
            Scrapes others = load.scrapers(SCRAPERS, 0);
            Mark before = new Mark();
            for (int part = 1; part <= PARTS; part++) {
                while (others.count() < scrapes * part / PARTS) {
                    Thread.sleep(100);
                }
                before.tell("beside slow clients, 200 at full speed", others);
            }
        }
        try (HttpLoad load = load()) {
            Mark before = new Mark();
            before.tell("alone again", load.scrape(probes / 4, PERIOD_MILLIS));
        }
        System.out.println(daemon.get("/api/v1/status"));
    }

    /** What was at the begin of a part. */
    private final class Mark {
        private final long nanos = System.nanoTime();
        private final double samples = samples();
        private final long serverMillis = HttpLoad.processorMillis(daemon.pid());
        private final long clientMillis = HttpLoad.processorMillis(ProcessHandle.current().pid());

        private Mark() throws IOException {}

        private void tell(String what, Scrapes scrapes) throws IOException {
            double seconds = (System.nanoTime() - nanos) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%-48s %,9d scrapes, %d failed: median %.2f ms, p99 %.2f ms, most %.1f ms;"
                            + " processors: daemon %.2f, clients %.2f; resident %,d KiB; %.0f samples in %.1f s%n",
                    what,
                    scrapes.count(),
                    scrapes.failed(),
                    scrapes.millis(0.5),
                    scrapes.millis(0.99),
                    scrapes.millis(1),
                    (HttpLoad.processorMillis(daemon.pid()) - serverMillis) / 1e3 / seconds,
                    (HttpLoad.processorMillis(ProcessHandle.current().pid()) - clientMillis) / 1e3 / seconds,
                    HttpLoad.residentKib(daemon.pid()),
                    samples() - samples,
                    seconds);
        }
    }

    /** Those of both tiers: a full one takes the place of a fast one. */
    private double samples() throws IOException {
        double fast = daemon.metric(SAMPLES);
        double full = daemon.metric(FULL_SAMPLES);
        return (fast > 0 ? fast : 0) + (full > 0 ? full : 0);
    }

    @Override
    public void close() {
        daemon.close();
    }
}
