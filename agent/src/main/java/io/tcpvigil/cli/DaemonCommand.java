// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.agent.Daemon;
import io.tcpvigil.agent.Diagnosis;
import io.tcpvigil.agent.Intervals;
import io.tcpvigil.agent.Sampler;
import io.tcpvigil.export.ConnectionsCollector;
import io.tcpvigil.export.FindingsCollector;
import io.tcpvigil.export.LifecycleCollector;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.tcp.Span;
import io.tcpvigil.web.LastSample;
import io.tcpvigil.web.WebServer;
import io.tcpvigil.web.WebSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tcpvigil daemon}: the agent. */
@Command(
        name = "daemon",
        description = "The agent: samples every second and serves metrics and a page.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class DaemonCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 2;
    private static final long SHORTEST_INTERVAL_MILLIS = 10;
    private static final long LONGEST_INTERVAL_MILLIS = 3_600_000;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Option(
            names = "--web.listen-address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1:9794",
            description = "Where to listen: host:port, [::1]:port or :port (all addresses); may be given several times."
                    + " Default: ${DEFAULT-VALUE}.")
    private List<String> listen = List.of();

    @Option(
            names = "--web.config.file",
            paramLabel = "FILE",
            description = "TLS, passwords and header fields, in the form that Prometheus's exporters share.")
    private @Nullable Path webConfig;

    @Option(
            names = "--web.max-requests",
            paramLabel = "COUNT",
            defaultValue = "256",
            description = "Pages and metrics that are made or sent at a time; further requests get status 503."
                    + " Default: ${DEFAULT-VALUE}.")
    private int maxRequests;

    @Option(
            names = "--web.telemetry-path",
            paramLabel = "PATH",
            defaultValue = "/metrics",
            description = "The path of the metrics. Default: ${DEFAULT-VALUE}.")
    private String telemetryPath = "";

    @Option(
            names = "--interval",
            paramLabel = "SPAN",
            defaultValue = "1s",
            description = "From one sample of every state but ESTABLISHED to the next, such as 500ms, 1s or 1m."
                    + " Default: ${DEFAULT-VALUE}.")
    private String interval = "";

    @Option(
            names = "--full-interval",
            paramLabel = "SPAN",
            defaultValue = "15s",
            description = "From one sample of all states to the next. Default: ${DEFAULT-VALUE}.")
    private String fullInterval = "";

    @Option(
            names = "--cpu-budget",
            paramLabel = "PERCENT",
            defaultValue = "1",
            description = "What samples may take of one processor, averaged over a minute; beyond it both intervals are"
                    + " stretched, which is logged. Default: ${DEFAULT-VALUE}.")
    private double cpuBudget;

    @Option(
            names = "--destroy-events",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Have the kernel tell of each socket that it destroys. Without, connections that come and go"
                    + " between two samples are missed, and counted as missed. Default: yes.")
    private boolean destroyEvents;

    @Option(
            names = "--probe",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Count every transition exactly by a BPF program in the kernel, where that is permitted (root, or"
                            + " CAP_BPF and CAP_PERFMON). Default: yes.")
    private boolean probe;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Read from: ${COMPLETION-CANDIDATES}; auto takes proc when netlink fails.")
    private Sampler.SourceWish source = Sampler.SourceWish.auto;

    DaemonCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Intervals intervals = intervals();
        LongSupplier clock = Libc.get()::bootTimeNanos;
        Daemon daemon = new Daemon(
                () -> {
                    Sampler sampler = Sampler.followerOfThread(source, intervals, destroyEvents, probe);
                    sampler.diagnose(Diagnosis.inPassing());
                    return sampler;
                },
                intervals,
                DaemonCommand::log);
        MetricsPage metrics = MetricsPage.of(
                new ConnectionsCollector(
                        daemon::lastReport,
                        daemon::sourceFailures,
                        clock,
                        new ConnectionsCollector.Build(
                                Main.Version.version(), Runtime.version().toString())),
                new LifecycleCollector(daemon::lastReport),
                new FindingsCollector(daemon::lastReport));
        WebServer server = startServer(daemon, clock, metrics);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            daemon.stop(STOP_SECONDS, TimeUnit.SECONDS);
                            server.stop();
                        },
                        "stop"));
        terminal.out().println("tcpvigil " + Main.Version.version() + ": " + urls(server));
        terminal.out().flush();
        daemon.run();
        return ExitCode.OK;
    }

    private WebServer startServer(Daemon daemon, LongSupplier clock, MetricsPage metrics) throws IOException {
        try {
            WebServer server = new WebServer(
                    webSettings(),
                    Main.Version.version(),
                    new LastSample(daemon::lastReport, clock, daemon::intervalNanos),
                    daemon::sourceFailures,
                    metrics,
                    DaemonCommand::log);
            server.start();
            return server;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private WebSettings webSettings() {
        if (maxRequests < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--web.max-requests " + maxRequests + ": write a number above 0");
        }
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String each : listen) {
            try {
                addresses.add(WebSettings.listenAddress(each));
            } catch (IllegalArgumentException wrong) {
                throw new ParameterException(spec.commandLine(), "--web.listen-address " + wrong.getMessage(), wrong);
            }
        }
        return new WebSettings(addresses, telemetryPath, webConfig, maxRequests);
    }

    private Intervals intervals() {
        long fast = spanNanos("--interval", interval);
        long full = spanNanos("--full-interval", fullInterval);
        if (!(cpuBudget > 0 && cpuBudget <= 100)) {
            throw new ParameterException(
                    spec.commandLine(), "--cpu-budget " + cpuBudget + ": write a percentage, above 0 and up to 100");
        }
        // Whoever asks for a longer --interval than the default of the other wants no more full samples than that.
        return new Intervals(fast, Math.max(fast, full), cpuBudget / 100);
    }

    private long spanNanos(String option, String text) {
        long millis = Span.parseMillis(text);
        if (millis < SHORTEST_INTERVAL_MILLIS || millis > LONGEST_INTERVAL_MILLIS) {
            throw new ParameterException(
                    spec.commandLine(), option + " " + text + ": " + Span.ALLOWED + ", from 10ms to 1h");
        }
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static String urls(WebServer server) {
        return server.addresses().stream()
                .map(address -> server.scheme() + "://" + display(address) + "/")
                .collect(Collectors.joining(" "));
    }

    private static String display(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress()
                ? "localhost"
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Standard error, which systemd takes into the journal. */
    private static void log(String line) {
        System.err.println(line);
    }
}
