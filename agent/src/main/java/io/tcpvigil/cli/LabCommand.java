// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.Nullable;
import io.tcpvigil.cli.LabSuite.Run;
import io.tcpvigil.kernel.libc.Libc;
import io.tcpvigil.lab.Family;
import io.tcpvigil.lab.Lab;
import io.tcpvigil.lab.LabUnavailableException;
import io.tcpvigil.lab.Outcome;
import io.tcpvigil.lab.Role;
import io.tcpvigil.lab.Scenario;
import io.tcpvigil.lab.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tcpvigil lab}: scenarios between the real kernel and a scripted peer. */
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = {
            "Walk the real kernel through TCP, against a scripted peer in a network namespace of its own.",
            "Without a name the scenarios are listed."
        },
        footer = {
            "",
            "Exit code: 0 as RFC 9293 says or with known deviations, 1 not so, 64 wrong usage,",
            "69 no TUN device here, 77 the right is missing (run as root)."
        })
final class LabCommand implements Callable<Integer> {
    static final int DIFFERS = 1;

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "SCENARIO", description = "The scenario to run.")
    private @Nullable String name;

    @Option(names = "--all", description = "Run every scenario and end with one table.")
    private boolean all;

    @Option(names = "--family", paramLabel = "4|6", description = "IPv4 or IPv6; with --all both, else 4.")
    private @Nullable String familyText;

    @Option(names = "--role", paramLabel = "ROLE", description = "Only the kernel as client, or as server.")
    private @Nullable String roleText;

    @Option(names = "--absolute", description = "Print sequence numbers as they are on the wire.")
    private boolean absolute;

    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    @Option(
            names = "--hold",
            paramLabel = "SECONDS",
            description = "Let the final state stand for so long, and say how to look at it.")
    private int holdSeconds;

    /** The command with what is below it. */
    static CommandLine commandLine(Terminal terminal) {
        return new CommandLine(new LabCommand(terminal)).addSubcommand(new LabPileCommand(terminal));
    }

    private LabCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (holdSeconds < 0) {
            throw new ParameterException(spec.commandLine(), "--hold " + holdSeconds + ": 0 or more");
        }
        if (roleText != null
                && Arrays.stream(Role.values()).noneMatch(role -> role.label().equals(roleText))) {
            throw new ParameterException(spec.commandLine(), "--role is client or server, not '" + roleText + "'");
        }
        try {
            if (all) {
                return runAll();
            }
            return name == null ? list() : runOne(name);
        } catch (LabUnavailableException missing) {
            return report(missing, spec);
        } finally {
            terminal.out().flush();
        }
    }

    /** Says what is missing; the exit code for it. */
    static int report(LabUnavailableException missing, CommandSpec spec) {
        spec.commandLine().getErr().println("tcpvigil lab: " + missing.getMessage());
        return missing.isRightMissing() ? ExitCode.NOT_PERMITTED : ExitCode.UNAVAILABLE;
    }

    private int list() {
        if (json || absolute || holdSeconds > 0 || familyText != null || roleText != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "these options go with a scenario or --all; 'tcpvigil lab' lists the scenarios");
        }
        TextTable table = new TextTable("SCENARIO", "WHAT HAPPENS", "KERNEL AS", "ENDS IN");
        for (Scenario scenario : Scenarios.ALL) {
            List<Role> roles = scenario.roles();
            table.row(
                    scenario.name(),
                    scenario.description(),
                    roles.size() == 2 ? "either" : roles.get(0).label(),
                    scenario.finalState(roles.get(0)).displayName());
        }
        table.print(terminal);
        terminal.out().println();
        terminal.out().println("Run one:             tcpvigil lab handshake");
        terminal.out().println("Run all:             tcpvigil lab --all");
        terminal.out().println("Let its end stand:   tcpvigil lab close-wait --hold 60");
        terminal.out().println("Many of them:        tcpvigil lab pile close-wait --count 5000 --hold 60");
        return ExitCode.OK;
    }

    private int runOne(String wanted) throws IOException, InterruptedException {
        Scenario scenario = Scenarios.named(wanted);
        if (scenario == null) {
            throw new ParameterException(spec.commandLine(), "no scenario '" + wanted + "'; 'tcpvigil lab' lists them");
        }
        List<Run> runs = runs(List.of(scenario), List.of(Family.IPV4));
        if (holdSeconds > 0 && runs.size() > 1) {
            // Only one state can stand before the user's eyes.
            runs = runs.subList(0, 1);
        }
        int code = ExitCode.OK;
        Lab lab = new Lab(Libc.get(), LabObserver::ofThread);
        boolean first = true;
        for (Run run : runs) {
            if (!first && !json) {
                terminal.out().println();
            }
            first = false;
            Outcome outcome = lab.run(run.scenario(), run.role(), run.family(), this::show);
            code = outcome.verdict() == Outcome.Verdict.DIFFERS ? DIFFERS : code;
        }
        return code;
    }

    private void show(Outcome outcome, Path namespace) throws IOException, InterruptedException {
        print(outcome);
        if (holdSeconds > 0) {
            String state = outcome.scenario().finalState(outcome.role()).displayName();
            if (json) {
                PrintWriter err = spec.commandLine().getErr();
                printHold(err, state + " stands", holdSeconds, namespace, "snapshot --sockets");
                err.flush();
            } else {
                PrintWriter out = new PrintWriter(terminal.out(), false, StandardCharsets.UTF_8);
                printHold(out, state + " stands", holdSeconds, namespace, "snapshot --sockets");
                out.flush();
            }
            Thread.sleep(holdSeconds * 1_000L);
        }
    }

    /** Says how to look at what stands. */
    static void printHold(PrintWriter to, String what, int seconds, Path namespace, String command) {
        to.println(what + " for " + seconds + " s. To look at it from another terminal:");
        to.println("  sudo nsenter --net=" + namespace + " tcpvigil " + command);
    }

    private void print(Outcome outcome) throws IOException {
        if (json) {
            terminal.out().println(LabJson.line(outcome, absolute));
            terminal.out().flush();
        } else {
            new LadderText(terminal, absolute).print(outcome);
        }
    }

    private int runAll() throws IOException, InterruptedException {
        if (name != null || holdSeconds > 0) {
            throw new ParameterException(spec.commandLine(), "--all goes with no scenario and no --hold");
        }
        Lab lab = new Lab(Libc.get(), LabObserver::ofThread);
        LabSuite suite = new LabSuite(terminal, lab, new LadderText(terminal, absolute));
        List<Run> runs = suite.possible(runs(Scenarios.ALL, List.of(Family.values())));
        List<Outcome> outcomes = suite.run(runs, outcome -> {
            if (json) {
                print(outcome);
            }
        });
        if (!json) {
            suite.summarise(outcomes);
        }
        boolean differs = outcomes.stream().anyMatch(outcome -> outcome.verdict() == Outcome.Verdict.DIFFERS);
        return differs ? DIFFERS : ExitCode.OK;
    }

    private List<Run> runs(List<Scenario> scenarios, List<Family> usual) {
        List<Family> families = usual;
        if (familyText != null) {
            Family family = Family.parse(familyText);
            if (family == null) {
                throw new ParameterException(spec.commandLine(), "--family is 4 or 6, not '" + familyText + "'");
            }
            families = List.of(family);
        }
        List<Run> runs = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            for (Role role : scenario.roles()) {
                if (roleText == null || roleText.equals(role.label())) {
                    families.forEach(family -> runs.add(new Run(scenario, role, family)));
                }
            }
        }
        if (runs.isEmpty()) {
            // Every role has scenarios; one scenario may have one role.
            throw new ParameterException(
                    spec.commandLine(), name + " does not have the kernel as " + roleText + "; leave --role out");
        }
        return runs;
    }
}
