// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import com.google.gson.stream.JsonWriter;
import io.tcpvigil.agent.SettingKeys;
import io.tcpvigil.agent.Settings;
import io.tcpvigil.agent.SettingsSource;
import io.tcpvigil.config.ConfigText;
import io.tcpvigil.config.Configuration;
import io.tcpvigil.yaml.YamlException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tcpvigil config}: what the daemon makes of its configuration file, without running it. */
@Command(
        name = "config",
        description = "The configuration file of the daemon: check one, show what is in force, print an example.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
final class ConfigCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call().
    private CommandSpec spec;

    private ConfigCommand() {}

    static CommandLine commandLine(Terminal terminal) {
        CommandLine show = new CommandLine(new Show(terminal));
        SettingFlags.addTo(show.getCommandSpec());
        return new CommandLine(new ConfigCommand())
                .addSubcommand(new Check(terminal))
                .addSubcommand(show)
                .addSubcommand(new Example(terminal));
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "say what to do: check FILE, show or example");
    }

    /** {@code tcpvigil config check}: whether the daemon would take a file. */
    @Command(
            name = "check",
            description =
                    "Tell what is wrong with a configuration file, if anything, and with the web.config_file that it names.",
            mixinStandardHelpOptions = true,
            versionProvider = Main.Version.class)
    static final class Check implements Callable<Integer> {
        private final Terminal terminal;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call().
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "The file to check.")
        @SuppressWarnings("NullAway.Init") // picocli sets it before call().
        private Path file;

        Check(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            try {
                Settings.web(new SettingsSource(file, true, Map.of()).read()).check();
            } catch (YamlException wrong) {
                spec.commandLine().getErr().println("tcpvigil: " + wrong.getMessage());
                return ExitCode.CONFIGURATION;
            }
            terminal.out().println(file + ": ok");
            return ExitCode.OK;
        }
    }

    /** {@code tcpvigil config show}: with the flags of the daemon, what it would run with. */
    @Command(
            name = "show",
            description = "Show each setting with its value and where that comes from: a flag, the file or the default."
                    + " Takes the flags of the daemon.",
            mixinStandardHelpOptions = true,
            versionProvider = Main.Version.class)
    static final class Show implements Callable<Integer> {
        private final Terminal terminal;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it before call().
        private CommandSpec spec;

        @Option(names = "--json", description = "Print JSON (schema tcpvigil.config/1).")
        private boolean json;

        Show(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() throws IOException {
            SettingsSource source = SettingFlags.source(spec.commandLine().getParseResult());
            Configuration configuration;
            try {
                configuration = source.read();
            } catch (YamlException wrong) {
                spec.commandLine().getErr().println("tcpvigil: " + wrong.getMessage());
                return ExitCode.CONFIGURATION;
            } catch (IllegalArgumentException wrong) {
                throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
            }
            if (json) {
                write(configuration);
            } else {
                String missing = Files.exists(source.file()) ? "" : ", which is not there";
                terminal.out().println("# Flags, " + source.file() + missing + ", defaults");
                terminal.out().print(ConfigText.inForce(configuration));
            }
            return ExitCode.OK;
        }

        private void write(Configuration configuration) throws IOException {
            JsonWriter writer = new JsonWriter(new OutputStreamWriter(terminal.out(), StandardCharsets.UTF_8));
            writer.setIndent("  ");
            writer.beginObject()
                    .name("schema")
                    .value("tcpvigil.config/1")
                    .name("settings")
                    .beginArray();
            for (Configuration.Entry<?> entry : configuration.entries()) {
                writer.beginObject().name("key").value(entry.key().name());
                writer.name("value").value(entry.text());
                writer.name("origin").value(entry.origin());
                writer.name("default").value(entry.key().usualText());
                writer.name("needs_restart").value(!entry.key().live()).endObject();
            }
            writer.endArray().endObject().flush();
            terminal.out().println();
        }
    }

    /** {@code tcpvigil config example}: a file that changes nothing, to start from. */
    @Command(
            name = "example",
            description = "Print a configuration file with every setting and its default, commented out.",
            mixinStandardHelpOptions = true,
            versionProvider = Main.Version.class)
    static final class Example implements Callable<Integer> {
        private static final String HEADER = """
                # SPDX-License-Identifier: Apache-2.0
                # Settings of the tcpvigil daemon; their place is %s.
                # Everything is at its default here: take away the # before a key to set it.
                # Flags of the daemon go before this file. 'tcpvigil config check FILE' tells what is wrong with a file,
                # 'tcpvigil config show' what is in force. The daemon reads it again when it changes, and on SIGHUP.

                """.formatted(SettingsSource.USUAL_FILE);

        private final Terminal terminal;

        Example(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            terminal.out().print(HEADER + ConfigText.example(SettingKeys.TABLE));
            return ExitCode.OK;
        }
    }
}
