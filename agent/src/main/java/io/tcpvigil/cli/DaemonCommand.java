// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.agent.AgentUsage;
import io.tcpvigil.agent.Daemon;
import io.tcpvigil.agent.Diagnosis;
import io.tcpvigil.agent.Intervals;
import io.tcpvigil.agent.Sampler;
import io.tcpvigil.export.ConnectionsCollector;
import io.tcpvigil.export.DaemonMetrics;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.export.MetricsSettings;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.tcp.Span;
import io.tcpvigil.web.LastSample;
import io.tcpvigil.web.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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
            description = "Where to listen: host:port, [::1]:port or :port (all addresses). Default: ${DEFAULT-VALUE}.")
    private String listen = "";

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
        DaemonMetrics metrics = new DaemonMetrics(
                daemon::lastReport,
                daemon::sourceFailures,
                clock,
                new ConnectionsCollector.Build(
                        Main.Version.version(), Runtime.version().toString()),
                AgentUsage::read,
                MetricsSettings.USUAL);
        daemon.beforePublishing(metrics::take);
        WebServer server =
                startServer(new LastSample(daemon::lastReport, clock, daemon::intervalNanos), metrics.page());
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            daemon.stop(STOP_SECONDS, TimeUnit.SECONDS);
                            server.stop();
                        },
                        "stop"));
        terminal.out().println("tcpvigil " + Main.Version.version() + ": http://" + display(server.address()) + "/");
        terminal.out().flush();
        daemon.run();
        return ExitCode.OK;
    }

    private WebServer startServer(LastSample sample, MetricsPage metrics) throws IOException {
        InetSocketAddress address;
        try {
            address = listenAddress(listen);
            WebServer server = new WebServer(address, telemetryPath, sample, metrics, DaemonCommand::log);
            server.start();
            return server;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
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

    /** Reads {@code host:port}, {@code [v6]:port} or {@code :port}. */
    static InetSocketAddress listenAddress(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            String host = colon < 0 ? "" : text.substring(0, colon);
            if (colon >= 0 && port >= 0 && port <= 65535 && (host.indexOf(':') < 0 || host.startsWith("["))) {
                return host.isEmpty()
                        ? new InetSocketAddress(port)
                        : new InetSocketAddress(InetAddress.getByName(host), port);
            }
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(notAnAddress(text), wrong);
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException("--web.listen-address " + text + ": unknown host", unknown);
        }
        throw new IllegalArgumentException(notAnAddress(text));
    }

    private static String notAnAddress(String text) {
        return "--web.listen-address " + text + ": write host:port, [::1]:port or :port";
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
