// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ConfigCommandTest {
    private static final Path SHIPPED = Path.of("../systemd/tcpvigil.yml");

    @TempDir
    private Path directory;

    /** What a command printed, and how it ended. */
    private record Ran(int code, String out, String errors) {
        static Ran of(String... arguments) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
            CommandLine command = Main.commandLine(new Terminal(out, 200, false), arguments);
            StringWriter errors = new StringWriter();
            setErrors(command, new PrintWriter(errors, true));
            int code = command.execute(arguments);
            return new Ran(code, bytes.toString(StandardCharsets.UTF_8), errors.toString());
        }

        private static void setErrors(CommandLine command, PrintWriter errors) {
            command.setErr(errors);
            command.getSubcommands().values().forEach(each -> setErrors(each, errors));
        }
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("c.yml"), text).toString();
    }

    @Test
    void saysThatAFileIsAsItShouldBe() throws IOException {
        String file = file("sampling:\n  interval: 500ms\n");
        assertEquals(new Ran(0, file + ": ok\n", ""), Ran.of("config", "check", file));
    }

    @Test
    void saysWhatIsWrongWithAFileInOneLine() throws IOException {
        String file = file("metrics:\n  port_groups:\n    web: 80,443\n    tls: [443]\n");
        assertEquals(
                new Ran(
                        78,
                        "",
                        "tcpvigil: " + file + ":4: metrics.port_groups.tls: port 443 is in the groups web and tls\n"),
                Ran.of("config", "check", file));
        assertEquals(
                new Ran(78, "", "tcpvigil: /none/x.yml: cannot be read: there is no such file\n"),
                Ran.of("config", "check", "/none/x.yml"));
    }

    @Test
    void checksTheFileOfTheWebServerToo() throws IOException {
        Path web = Files.writeString(directory.resolve("web.yml"), "basic_auth_users:\n  alice: secret\n");
        Ran ran = Ran.of("config", "check", file("web: {config_file: " + web + "}"));
        assertEquals(78, ran.code());
        assertTrue(ran.errors().startsWith("tcpvigil: " + web + ":2: basic_auth_users.alice: "), ran.errors());
        assertFalse(ran.errors().contains("secret"), ran.errors());
    }

    /** Wherever it is started: systemd starts the daemon in /. */
    @Test
    void looksForTheFileOfTheWebServerBesideTheOneThatNamesIt() throws IOException {
        Files.writeString(directory.resolve("web.yml"), "basic_auth_users: {}\n");
        String file = file("web:\n  config_file: web.yml\n");
        assertEquals(new Ran(0, file + ": ok\n", ""), Ran.of("config", "check", file));
        Files.delete(directory.resolve("web.yml"));
        String wrong = ":2: web.config_file: " + directory.resolve("web.yml") + ": there is no such file\n";
        assertEquals(new Ran(78, "", "tcpvigil: " + file + wrong), Ran.of("config", "check", file));
        assertEquals(78, Ran.of("daemon", "--config", file).code());
    }

    @Test
    void blamesTheFileOrTheFlagForAHostThatThereIsNot() throws IOException {
        String file = file("web:\n  listen_addresses: [':0', '[::x]:1']\n");
        String wrong = "tcpvigil: " + file + ":2: web.listen_addresses: [::x]:1: unknown host\n";
        assertEquals(new Ran(78, "", wrong), Ran.of("config", "check", file));
        // The daemon has a log of its own, which is not what is looked at here.
        assertEquals(78, Ran.of("daemon", "--config", file).code());
        Ran flag = Ran.of("daemon", "--config", file, "--web.listen-address", "[::x]:1");
        assertEquals(64, flag.code());
        assertTrue(flag.errors().startsWith("tcpvigil: --web.listen-address [::x]:1: unknown host"), flag.errors());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/-/ready", "/api/v1/status", "/runbooks/x", "metrics"})
    void refusesAPathOfTheMetricsThatTheServerNeedsItself(String path) throws IOException {
        String file = file("web: {telemetry_path: " + path + "}");
        Ran ran = Ran.of("config", "check", file);
        assertEquals(78, ran.code());
        assertTrue(ran.errors().startsWith("tcpvigil: " + file + ":1: web.telemetry_path: "), ran.errors());
        assertEquals(64, Ran.of("daemon", "--web.telemetry-path", path).code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"daemon", "config show"})
    void refusesToRunWithAWrongFileOrFlag(String command) throws IOException {
        String[] wrongFlag = (command + " --interval soon").split(" ", -1);
        assertEquals(64, Ran.of(wrongFlag).code());
        assertTrue(
                Ran.of(wrongFlag).errors().startsWith("tcpvigil: --interval soon: write a number with ms"),
                Ran.of(wrongFlag).errors());
        assertEquals(
                78, Ran.of((command + " --config /none/x.yml").split(" ", -1)).code());
        String broken = file("sampling: {probe: maybe}");
        assertEquals(
                78,
                Ran.of((command + " --config.file " + broken).split(" ", -1)).code());
    }

    @Test
    void showsWhereEachValueComesFrom() throws IOException {
        String file = file(
                "sampling:\n  cpu_budget: 5%\n  probe: true\n  interval: 2s\nfindings:\n  listen_drops: {enabled: false}\n");
        Ran shown = Ran.of(
                "config",
                "show",
                "--config",
                file,
                "--no-probe",
                "--destroy-events",
                "--interval=30s",
                "--web.listen-address=:1",
                "--web.listen-address=[::1]:2");
        assertEquals("", shown.errors());
        assertTrue(shown.out().startsWith("# Flags, " + file + ", defaults\nsampling:\n"), shown.out());
        for (String line : List.of(
                "  interval: 30s  # --interval",
                "  full_interval: 30s  # at least sampling.interval",
                "  cpu_budget: 5%  # " + file + ":2",
                "  source: auto  # default",
                "  destroy_events: true  # --destroy-events",
                "  probe: false  # --probe",
                "  listen_addresses: [\":1\", \"[::1]:2\"]  # --web.listen-address",
                "  port_groups: {}  # default",
                "  stuck_after: 1m  # default",
                "    enabled: false  # " + file + ":6")) {
            assertTrue(shown.out().contains("\n" + line + "\n"), line + " in\n" + shown.out());
        }
        Ran again = Ran.of("config", "show", "--config", file(shown.out()));
        assertEquals(
                shown.out().replaceAll(" +#.*", "").lines().skip(1).toList(),
                again.out().replaceAll(" +#.*", "").lines().skip(1).toList());
    }

    @Test
    void showsTheSameAsJson() throws IOException {
        String json = Ran.of("config", "show", "--json", "--config", file("sampling: {interval: 2s}"))
                .out();
        assertTrue(json.startsWith("{\n  \"schema\": \"tcpvigil.config/1\",\n"), json);
        assertTrue(
                json.replaceAll("\\s+", "")
                        .contains("{\"key\":\"sampling.interval\",\"value\":\"2s\",\"origin\":\"" + directory
                                + "/c.yml:1\",\"default\":\"1s\",\"needs_restart\":false}"),
                json);
    }

    @Test
    void asksWhatToDo() {
        assertEquals(64, Ran.of("config").code());
        assertEquals(64, Ran.of("config", "check").code());
        assertEquals(64, Ran.of("config", "shwo").code());
    }

    @Test
    void helpsWithEachFlagAsTheTableDescribesIt() {
        String help = Ran.of("daemon", "--help").out();
        for (String part : List.of(
                "--config, --config.file=FILE",
                "--interval=SPAN",
                "--[no-]probe",
                "--web.listen-address=ADDRESS",
                "Default: 127.0.0.1:9794.",
                "Default: 15s.",
                "one of auto, netlink, proc")) {
            assertTrue(help.contains(part), part + " in\n" + help);
        }
        assertFalse(help.contains("[127.0.0.1:9794]"), help);
    }

    /** {@code -Dgolden.update} writes it anew. */
    @Test
    void shipsAnExampleThatIsWhatItPrintsAndSaysWhatHoldsAnyway() throws IOException {
        String example = Ran.of("config", "example").out();
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(SHIPPED.getParent());
            Files.writeString(SHIPPED, example);
        }
        assertEquals(Files.readString(SHIPPED), example);
        assertEquals(0, Ran.of("config", "check", SHIPPED.toString()).code());
        String all = file(example.replaceAll("(?m)^( *)#(?! )", "$1"));
        Ran set = Ran.of("config", "show", "--config", all);
        assertEquals("", set.errors());
        assertFalse(set.out().contains("# default"), "every key is in the example");
        assertEquals(
                Ran.of("config", "show", "--config", file("")).out().replaceAll(" +#.*", ""),
                set.out().replaceAll(" +#.*", ""));
    }
}
