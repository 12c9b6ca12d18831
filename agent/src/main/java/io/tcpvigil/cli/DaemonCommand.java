// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.agent.AgentUsage;
import io.tcpvigil.agent.Daemon;
import io.tcpvigil.agent.Diagnosis;
import io.tcpvigil.agent.HangUp;
import io.tcpvigil.agent.LiveSettings;
import io.tcpvigil.agent.Log;
import io.tcpvigil.agent.Sampler;
import io.tcpvigil.agent.Settings;
import io.tcpvigil.agent.StandardErrorLog;
import io.tcpvigil.agent.SystemdNotifier;
import io.tcpvigil.export.ConnectionsCollector;
import io.tcpvigil.export.DaemonMetrics;
import io.tcpvigil.export.MetricsPage;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.web.LastSample;
import io.tcpvigil.web.WebLog;
import io.tcpvigil.web.WebServer;
import io.tcpvigil.yaml.YamlException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tcpvigil daemon}: the agent. */
@Command(
        name = "daemon",
        description = "The agent: samples every second and serves metrics and a page.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class DaemonCommand implements Callable<Integer> {
    private static final long STOP_SECONDS = 1;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    static CommandLine commandLine(Terminal terminal) {
        CommandLine command = new CommandLine(new DaemonCommand(terminal));
        SettingFlags.addTo(command.getCommandSpec());
        return command;
    }

    private DaemonCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Log log = StandardErrorLog.ofProcess(System.getenv());
        SystemdNotifier systemd = SystemdNotifier.ofProcess(System.getenv(), log);
        try {
            LiveSettings settings = settings(systemd, log);
            String noSignal = HangUp.onSignal(settings::request);
            if (noSignal != null) {
                log.say(
                        Log.Priority.WARNING,
                        "SIGHUP does not have the configuration read again, only a change of it does: " + noSignal);
            }
            run(settings, systemd, log);
        } catch (YamlException wrong) {
            log.say(Log.Priority.ERROR, "tcpvigil: " + wrong.getMessage());
            return ExitCode.CONFIGURATION;
        }
        return ExitCode.OK;
    }

    private LiveSettings settings(SystemdNotifier systemd, Log log) {
        try {
            return new LiveSettings(
                    SettingFlags.source(spec.commandLine().getParseResult()),
                    log,
                    systemd,
                    InstantSource.system(),
                    System::nanoTime);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private void run(LiveSettings live, SystemdNotifier systemd, Log log) throws IOException, InterruptedException {
        Settings settings = live.settings();
        LongSupplier clock = Libc.get()::bootTimeNanos;
        AtomicReference<@Nullable WebServer> web = new AtomicReference<>();
        Daemon daemon = new Daemon(() -> sampler(settings), live, log);
        DaemonMetrics metrics = new DaemonMetrics(
                daemon::lastReport,
                daemon::sourceFailures,
                clock,
                new ConnectionsCollector.Build(
                        Main.Version.version(), Runtime.version().toString()),
                AgentUsage::read,
                live::status,
                () -> {
                    WebServer server = web.get();
                    return server == null ? null : server.status();
                },
                settings.metrics());
        daemon.beforePublishing(metrics::take);
        daemon.onPublished(systemd::published);
        daemon.onSettings(changed -> metrics.settings(changed.metrics()));
        WebServer server = server(live, daemon, clock, metrics.page(), log);
        web.set(server);
        systemd.onlyWhile(server::isServing);
        server.start();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            systemd.stopping();
                            daemon.stop(STOP_SECONDS, TimeUnit.SECONDS);
                            server.stop();
                        },
                        "stop"));
        terminal.out().println("tcpvigil " + Main.Version.version() + ": " + urls(server));
        terminal.out().flush();
        // A name to find it by among the others, in "top -H" and in stack traces.
        Thread.currentThread().setName("sampler");
        daemon.run();
    }

    private static Sampler sampler(Settings settings) {
        Sampler sampler = Sampler.followerOfThread(
                settings.source(), settings.intervals(), settings.destroyEvents(), settings.probe());
        sampler.diagnose(Diagnosis.inPassing(settings.thresholds()));
        if (settings.otherNamespaces()) {
            sampler.watchNamespaces();
        }
        return sampler;
    }

    private WebServer server(LiveSettings live, Daemon daemon, LongSupplier clock, MetricsPage metrics, Log log)
            throws IOException {
        try {
            return new WebServer(
                    live.web(),
                    Main.Version.version(),
                    new LastSample(daemon::lastReport, clock, daemon::intervalNanos),
                    daemon::sourceFailures,
                    live::status,
                    metrics,
                    new WebLog() {
                        @Override
                        public void notice(String line) {
                            log.say(Log.Priority.INFO, line);
                        }

                        @Override
                        public void warning(String line) {
                            log.say(Log.Priority.WARNING, line);
                        }
                    });
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
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
}
