// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.Nullable;
import io.tcpvigil.agent.Diagnosis;
import io.tcpvigil.agent.Intervals;
import io.tcpvigil.agent.Sampler;
import io.tcpvigil.export.FindingsJson;
import io.tcpvigil.findings.Finding;
import io.tcpvigil.findings.Findings;
import io.tcpvigil.findings.Holder;
import io.tcpvigil.findings.Severity;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.kernel.SocketQuery;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.tcp.SocketFilter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tcpvigil doctor}: what is wrong, how it is known, and what to do. */
@Command(
        name = "doctor",
        description = "Looks for a while and tells what is wrong, how it is known, and what to do about it.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footer = {
            "",
            "Exit code: 0 nothing found, 1 warning, 2 critical, 3 nothing could be read or, with --process,",
            "it is not known whether what was found is of that process; 64 wrong usage."
        })
final class DoctorCommand implements Callable<Integer> {
    static final int WARNING = 1;
    static final int CRITICAL = 2;

    private static final long LEAST_MILLIS = 100;
    private static final long MOST_MILLIS = 86_400_000;
    private static final long USUAL_INTERVAL_MILLIS = 500;
    /** So many looks at least: a trend needs some. */
    private static final long FEWEST_LOOKS = 10;

    private static final long MOST_LOOKS = 600;

    /** From which severity on the exit code says so. */
    enum FailOn {
        warning,
        critical
    }

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Option(
            names = "--for",
            paramLabel = "SPAN",
            defaultValue = "5s",
            description = "How long to look, such as 5s or 2m. Longer looks see trends. Default: ${DEFAULT-VALUE}.")
    private String lookFor = "5s";

    @Option(names = "--json", description = "Print JSON (schema tcpvigil.doctor/1).")
    private boolean json;

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            description = "Exit with 0 below this severity: ${COMPLETION-CANDIDATES}. Default: warning.")
    private FailOn failOn = FailOn.warning;

    @Option(names = "--port", paramLabel = "N", description = "Only what is about this port.")
    private @Nullable Integer port;

    @Option(names = "--process", paramLabel = "NAME", description = "Only what is about this process, by name or pid.")
    private @Nullable String process;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Read from: ${COMPLETION-CANDIDATES}; auto takes proc when netlink fails.")
    private Sampler.SourceWish source = Sampler.SourceWish.auto;

    DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        long millis = SpanOption.millis(spec, "--for", lookFor, LEAST_MILLIS, MOST_MILLIS);
        if (port != null && (port < 1 || port > 65_535)) {
            throw new ParameterException(spec.commandLine(), "--port " + port + ": a number from 1 to 65535");
        }
        long interval =
                Math.max(millis / MOST_LOOKS, Math.min(USUAL_INTERVAL_MILLIS, Math.max(50, millis / FEWEST_LOOKS)));
        Intervals intervals = Intervals.every(TimeUnit.MILLISECONDS.toNanos(interval));
        // A shorter look than what something must last would find nothing that lasts.
        Thresholds usual = Thresholds.USUAL;
        Thresholds thresholds = usual.withEnduranceMillis(Math.min(usual.enduranceMillis(), millis / 2));
        try (Sampler sampler = Sampler.followerOfThread(source, intervals, true, true)) {
            sampler.diagnose(Diagnosis.thorough(thresholds));
            Report report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
            // Only now: on a busy host the first look, which visits all processes, may take longer than the rest.
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (end - System.nanoTime() > 0) {
                sampler.awaitDue(() -> end - System.nanoTime() <= 0);
                report = sampler.sample(SocketQuery.ALL, SocketFilter.NO_PROCESSES);
            }
            return tell(report, millis);
        }
    }

    private int tell(Report report, long millis) throws IOException {
        Findings findings = report.findings();
        if (findings == null || report.coverage().extent() == Coverage.Extent.FAILED) {
            spec.commandLine()
                    .getErr()
                    .println("tcpvigil doctor: nothing could be read: "
                            + report.coverage().reason());
            return ExitCode.COULD_NOT_LOOK;
        }
        List<Finding> shown = new ArrayList<>();
        List<Finding> nobodys = new ArrayList<>();
        for (Finding finding : findings.raised()) {
            if (port != null && !finding.ports().contains(port)) {
                continue;
            }
            if (process == null || isAbout(finding.holders(), process)) {
                shown.add(finding);
            } else if (finding.holders().isEmpty() && !findings.holderGaps().isEmpty()) {
                nobodys.add(finding);
            }
        }
        boolean unknown = shown.isEmpty() && !nobodys.isEmpty();
        if (json) {
            JsonWriter writer = new JsonWriter(new OutputStreamWriter(terminal.out(), StandardCharsets.UTF_8));
            writer.setIndent("  ");
            FindingsJson.writeDocument(
                    report,
                    findings,
                    shown,
                    nobodys,
                    unknown ? "unknown" : status(shown),
                    TimeUnit.MILLISECONDS.toNanos(millis),
                    writer);
            writer.flush();
            terminal.out().println();
        } else {
            print(report, findings, shown, nobodys, millis);
        }
        terminal.out().flush();
        return unknown ? ExitCode.COULD_NOT_LOOK : exitCode(shown);
    }

    private void print(Report report, Findings findings, List<Finding> shown, List<Finding> nobodys, long millis) {
        new SnapshotText(terminal, report).header();
        DoctorText text = new DoctorText(terminal);
        text.line("looked for " + Math.round(millis / 100.0) / 10.0 + " s" + wishes() + ": " + summary(shown));
        text.findings(shown);
        if (process != null && !nobodys.isEmpty()) {
            text.nobodys(nobodys, process, findings.holderGaps());
        }
        text.rest(findings, shown.isEmpty() && nobodys.isEmpty());
    }

    private String wishes() {
        return (port == null ? "" : ", only at port " + port) + (process == null ? "" : ", only at process " + process);
    }

    private static String summary(List<Finding> shown) {
        long critical = shown.stream()
                .filter(each -> each.severity() == Severity.CRITICAL)
                .count();
        return critical + " critical, " + (shown.size() - critical) + " warning";
    }

    private static boolean isAbout(List<Holder> holders, String nameOrPid) {
        for (Holder holder : holders) {
            if (holder.is(nameOrPid)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Severity worst(List<Finding> findings) {
        // Worst first.
        return findings.isEmpty() ? null : findings.get(0).severity();
    }

    private static String status(List<Finding> findings) {
        Severity worst = worst(findings);
        return worst == null ? "ok" : worst.label();
    }

    private int exitCode(List<Finding> findings) {
        Severity worst = worst(findings);
        if (worst == null || (worst == Severity.WARNING && failOn == FailOn.critical)) {
            return ExitCode.OK;
        }
        return worst == Severity.CRITICAL ? CRITICAL : WARNING;
    }
}
