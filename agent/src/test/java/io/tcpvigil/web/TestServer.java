// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.export.ConfigStatus;
import io.tcpvigil.export.ConnectionsCollector;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.export.Samples;
import io.tcpvigil.report.Report;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** A server on a free port of loopback, with a report and a clock that the test sets. A report is due every second. */
final class TestServer implements AutoCloseable, WebLog {
    private static final ConfigStatus CONFIG =
            ConfigStatus.atStart("/etc/tcpvigil/tcpvigil.yml", Instant.EPOCH).failed("c.yml:1: x: unknown key");

    static final long INTERVAL_NANOS = 1_000_000_000L;

    final AtomicReference<@Nullable Report> report = new AtomicReference<>();
    final AtomicLong nanos = new AtomicLong(Samples.TAKEN_NANOS + 500_000_000);
    final List<String> log = new CopyOnWriteArrayList<>();
    final List<String> notices = new CopyOnWriteArrayList<>();
    final WebServer server;

    TestServer(@Nullable Report first) throws IOException {
        this(first, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    TestServer(@Nullable Report first, InetSocketAddress listen) throws IOException {
        this(first, new WebSettings(List.of(listen), "/metrics", null, 256));
    }

    TestServer(@Nullable Report first, WebSettings settings) throws IOException {
        report.set(first);
        Supplier<@Nullable Report> reports = report::get;
        MetricsPage metrics = MetricsPage.of(new ConnectionsCollector(
                reports, () -> 0, nanos::get, new ConnectionsCollector.Build("1.2.3", "17.0.15")));
        LastSample sample = new LastSample(reports, nanos::get, () -> INTERVAL_NANOS);
        server = new WebServer(settings, "1.2.3", sample, () -> 2, () -> CONFIG, metrics, this);
        server.start();
    }

    /** With a configuration file, on loopback. */
    static TestServer configured(Path file) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new TestServer(Samples.report(), new WebSettings(List.of(any), "/metrics", file, 256));
    }

    @Override
    public void notice(String line) {
        notices.add(line);
    }

    @Override
    public void warning(String line) {
        log.add(line);
    }

    /** Requests refused for this reason. */
    long refused(String reason) {
        return server.status().refused().getOrDefault(reason, -1L);
    }

    InetSocketAddress address() {
        return server.addresses().get(0);
    }

    @Override
    public void close() {
        server.stop();
    }
}
