// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;

/** Where the program starts: the commands, and what becomes of errors. */
@Command(
        name = "tcpvigil",
        description = "Watches the life of every TCP connection of this host.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        footer = {"", "Start with:  tcpvigil snapshot    tcpvigil doctor    tcpvigil explain    tcpvigil daemon"})
public final class Main {
    private static final List<String> COMMANDS =
            List.of("snapshot", "doctor", "follow", "explain", "lab", "daemon", "config");

    /** What picocli takes at least. */
    private static final int NARROWEST_HELP = 55;

    private static final int WIDEST_HELP = 100;

    private Main() {}

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tcpvigil " + version()};
        }

        static String version() {
            String written = Main.class.getPackage().getImplementationVersion();
            return written == null ? "(not packaged)" : written;
        }
    }

    private static Object subcommand(String name, Terminal terminal) {
        return switch (name) {
            case "snapshot" -> new SnapshotCommand(terminal);
            case "doctor" -> new DoctorCommand(terminal);
            case "follow" -> new FollowCommand(terminal);
            case "explain" ->
                new ExplainCommand(terminal.out(), terminal.width(), terminal.colour(), SnapshotCommand::liveCounts);
            case "lab" -> LabCommand.commandLine(terminal);
            case "daemon" -> DaemonCommand.commandLine(terminal);
            case "config" -> ConfigCommand.commandLine(terminal);
            default -> throw new IllegalArgumentException("no command " + name);
        };
    }

    public static void main(String[] arguments) {
        Terminal terminal = Terminal.ofProcess(System.getenv());
        int code = commandLine(terminal, arguments).execute(arguments);
        terminal.out().flush();
        String failure = terminal.writeFailure();
        if (failure != null) {
            System.err.println("tcpvigil: the output could not be written: " + failure);
            code = ExitCode.OUTPUT_FAILED;
        }
        // Threads of libraries must not keep a command alive that has its answer.
        System.exit(code);
    }

    /**
     * The program with the one command that {@code arguments} begin with: picocli reads a command by reflection, which for
     * those that nobody called costs more than a look at the kernel. With all commands when they begin with none.
     */
    static CommandLine commandLine(Terminal terminal, String... arguments) {
        CommandLine command = new CommandLine(new Main());
        boolean one = arguments.length > 0 && COMMANDS.contains(arguments[0]);
        for (String name : one ? List.of(arguments[0]) : COMMANDS) {
            command.addSubcommand(subcommand(name, terminal));
        }
        command.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        command.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        command.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF));
        command.setUsageHelpAutoWidth(false);
        command.setUsageHelpWidth(Math.max(NARROWEST_HELP, Math.min(WIDEST_HELP, terminal.width())));
        command.setParameterExceptionHandler((wrong, words) -> {
            CommandLine at = wrong.getCommandLine();
            at.getErr()
                    .println("tcpvigil: " + wrong.getMessage() + " (see '"
                            + at.getCommandSpec().qualifiedName() + " --help')");
            return ExitCode.USAGE;
        });
        command.setExecutionExceptionHandler((failure, at, parsed) -> {
            if (failure instanceof RuntimeException) {
                at.getErr().println("tcpvigil: a defect of tcpvigil, please report it with these lines:");
                failure.printStackTrace(at.getErr());
                return ExitCode.SOFTWARE;
            }
            at.getErr().println("tcpvigil: " + failure.getMessage());
            return ExitCode.UNAVAILABLE;
        });
        return command;
    }
}
