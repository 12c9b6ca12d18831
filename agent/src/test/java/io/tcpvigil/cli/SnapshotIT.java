// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.tcpvigil.Nullable;
import io.tcpvigil.kernel.procfs.ServicesFile;
import io.tcpvigil.testing.Requirement;
import io.tcpvigil.testing.StateZoo;
import io.tcpvigil.testing.Tcpvigil;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code tcpvigil snapshot} in a namespace with sockets in every state. */
class SnapshotIT {
    private static @Nullable StateZoo zoo;

    @BeforeEach
    void openZoo() throws Exception {
        if (zoo != null && !zoo.isFresh()) {
            closeZoo();
        }
        if (zoo == null) {
            zoo = StateZoo.open();
        }
    }

    @AfterAll
    static void closeZoo() throws Exception {
        if (zoo != null) {
            zoo.close();
            zoo = null;
        }
    }

    private record Outcome(int code, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    private static Outcome run(int width, String... arguments) throws Exception {
        return Objects.requireNonNull(zoo).call(() -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            StringWriter err = new StringWriter();
            try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
                CommandLine command = Main.commandLine(new Terminal(out, width, false));
                command.setErr(new PrintWriter(err, true));
                int code = command.execute(arguments);
                return new Outcome(code, bytes.toString(StandardCharsets.UTF_8), err.toString());
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"netlink", "proc"})
    void printsTheStatesOfBothFamilies(String source) throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--source", source);
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains("source " + source + ", "), outcome.out());
        assertTrue(outcome.out().contains("\nESTABLISHED      8    16     24\n"), outcome.out());
        assertTrue(outcome.out().contains("\nSYN-RECEIVED     0     0      0\n"), outcome.out());
        assertTrue(
                outcome.out()
                        .contains(
                                source.equals("netlink")
                                        ? "\n(bound)          1     2      3 "
                                        : "\n(bound)          ?     ?      ? "),
                outcome.out());
    }

    @ParameterizedTest
    @CsvSource({"80, ''", "80, --sockets", "80, --by=port", "80, --by=remote", "40, ''", "40, --sockets"})
    void fitsTheTerminal(int width, String option) throws Exception {
        Outcome outcome = option.isEmpty() ? run(width, "snapshot") : run(width, "snapshot", option);
        assertEquals(0, outcome.code(), outcome.err());
        for (String line : outcome.lines()) {
            assertTrue(line.length() <= width, line);
            assertEquals(line.stripTrailing(), line);
            assertFalse(line.contains("\u001b"), line);
        }
    }

    @Test
    void listsTheSocketsThatFitTheFilter() throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--sockets", "state=close_wait", "family=4");
        List<String> rows = outcome.lines().stream()
                .filter(line -> line.startsWith("CLOSE-WAIT "))
                .toList();
        assertEquals(3, rows.size(), outcome.out());
        // Two have the FIN still to be read, one has read it: the receive queue tells.
        assertEquals(
                2,
                rows.stream().filter(row -> row.matches("CLOSE-WAIT +1 +0 .*")).count(),
                outcome.out());
        assertEquals(
                1,
                rows.stream().filter(row -> row.matches("CLOSE-WAIT +0 +0 .*")).count(),
                outcome.out());
        assertTrue(rows.stream().allMatch(row -> row.matches(".* >[0-9]+(ms|s) .*")), outcome.out());
    }

    @Test
    void namesTheProcessThatHoldsASocket() throws Exception {
        String self = Long.toString(ProcessHandle.current().pid());
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--sockets", "-p", "state=listen", "process=" + self);
        List<String> rows = outcome.lines().stream()
                .filter(line -> line.startsWith("LISTEN "))
                .toList();
        assertEquals(6, rows.size(), outcome.out());
        assertTrue(rows.stream().allMatch(row -> row.endsWith("/" + self)), outcome.out());
        Outcome others = run(Terminal.UNLIMITED, "snapshot", "--sockets", "state=listen", "process!=" + self);
        assertTrue(others.lines().stream().noneMatch(line -> line.startsWith("LISTEN ")), others.out());
    }

    @Test
    void namesWhoListensOnEachPort() throws Exception {
        String self = "java/" + ProcessHandle.current().pid();
        try (DatagramChannel udp = openUdp(53)) {
            Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--by", "port");
            String service = Objects.requireNonNullElse(ServicesFile.usual().udp(53), "-");
            assertTrue(
                    outcome.lines().stream()
                            .anyMatch(line -> line.matches(" *53 +" + service + " +0 +.*127.0.0.1 +" + self)),
                    outcome.out());
            assertTrue(udp.isOpen());
            long owned = outcome.lines().stream()
                    .filter(line -> line.matches(" *[0-9]+ +[0-9]+ +1 .* " + self + " .*"))
                    .count();
            assertEquals(6, owned, outcome.out());
        }
        tellsUdpPortsInJson();
        Outcome json = run(Terminal.UNLIMITED, "snapshot", "--json", "-p");
        for (JsonElement port :
                JsonParser.parseString(json.out()).getAsJsonObject().getAsJsonArray("ports")) {
            JsonObject owner =
                    port.getAsJsonObject().getAsJsonArray("owners").get(0).getAsJsonObject();
            assertEquals(ProcessHandle.current().pid(), owner.get("pid").getAsLong());
        }
        assertTrue(run(Terminal.UNLIMITED, "snapshot", "-p").out().contains("  OWNERS "));
        assertFalse(run(Terminal.UNLIMITED, "snapshot").out().contains("  OWNERS "));
    }

    /** Port 53, and one of the ephemeral range that was asked for. */
    private static void tellsUdpPortsInJson() throws Exception {
        long self = ProcessHandle.current().pid();
        try (DatagramChannel udp = openUdp(53);
                DatagramChannel tunnel = openUdp(51820)) {
            JsonObject groups = groups("port");
            JsonArray ports = JsonParser.parseString(
                            run(Terminal.UNLIMITED, "snapshot", "--json", "-p").out())
                    .getAsJsonObject()
                    .getAsJsonArray("ports");
            for (JsonArray each : List.of(groups.getAsJsonArray("udp"), ports)) {
                List<String> found = new ArrayList<>();
                for (JsonElement port : each) {
                    JsonObject one = port.getAsJsonObject();
                    if (one.get("protocol").getAsString().equals("udp")) {
                        found.add(one.get("port") + " " + one.get("listening") + " "
                                + one.getAsJsonArray("owners")
                                        .get(0)
                                        .getAsJsonObject()
                                        .get("pid"));
                    }
                }
                assertEquals(List.of("53 true " + self, "51820 true " + self), found);
            }
            boolean owned = false;
            for (JsonElement each : groups.getAsJsonArray("groups")) {
                JsonElement owners = each.getAsJsonObject().get("owners");
                owned |= owners.isJsonArray()
                        && owners.getAsJsonArray()
                                        .get(0)
                                        .getAsJsonObject()
                                        .get("pid")
                                        .getAsLong()
                                == self;
            }
            assertTrue(owned, groups.toString());
            JsonObject filtered = JsonParser.parseString(run(Terminal.UNLIMITED, "snapshot", "--json", "port=53")
                            .out())
                    .getAsJsonObject();
            assertEquals(1, filtered.getAsJsonArray("ports").size(), filtered.toString());
            String text = run(Terminal.UNLIMITED, "snapshot", "--by", "port", "--source", "proc")
                    .out();
            assertTrue(text.contains("\nUDP (a PORT with ? may be a client's"), text);
            assertTrue(text.contains("\n51820? "), text);
            assertTrue(udp.isOpen() && tunnel.isOpen());
        }
    }

    private static DatagramChannel openUdp(int port) throws Exception {
        return Objects.requireNonNull(zoo)
                .call(() -> DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }

    @Test
    void printsJsonWithEveryStateAndTheSockets() throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--json", "--sockets");
        assertEquals(0, outcome.code(), outcome.err());
        JsonObject json = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals("tcpvigil.snapshot/1", json.get("schema").getAsString());
        JsonObject states = json.getAsJsonObject("states");
        assertEquals(10, states.size());
        assertEquals(24, states.get("established").getAsInt());
        assertEquals(0, states.get("closing").getAsInt());
        assertEquals(3, json.get("bound").getAsInt());
        int rows =
                StateZoo.allRows().values().stream().mapToInt(Integer::intValue).sum();
        assertEquals(rows, json.getAsJsonArray("sockets").size());
    }

    @Test
    void knowsTheListenersThatAFilterLeavesOut() throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "state=close_wait");
        assertTrue(outcome.out().contains("only sockets that fit: state=close_wait"), outcome.out());
        assertFalse(outcome.out().contains("nobody listens"), outcome.out());
        assertTrue(outcome.out().matches("(?s).* 16 +3 +CLOSE-WAIT 3\n.*"), outcome.out());
        assertTrue(outcome.out().contains("no outbound connections"), outcome.out());
    }

    @ParameterizedTest
    @CsvSource({"state=bound, bound sockets are not told", "age>0s state=close_wait, fit no age"})
    void saysWhatTheSourceCannotTellOfWhatWasAsked(String filter, String warning) throws Exception {
        assertTrue(run(Terminal.UNLIMITED, "snapshot", "--source", "proc", filter)
                .out()
                .contains(warning));
        assertFalse(run(Terminal.UNLIMITED, "snapshot", "--source", "netlink", filter)
                .out()
                .contains(warning));
    }

    @Test
    void looksAgainAndTellsWhatHappened() throws Exception {
        Outcome outcome = run(80, "snapshot", "--by", "state", "--interval", "20ms", "--count", "3");
        assertEquals(0, outcome.code(), outcome.err());
        assertEquals(
                3,
                outcome.lines().stream()
                        .filter(line -> line.startsWith("source netlink"))
                        .count());
        assertEquals(
                2,
                outcome.lines().stream().filter(line -> line.equals("opened 0")).count(),
                outcome.out());
        assertTrue(outcome.out().contains("\nCLOSE-WAIT "), outcome.out());
    }

    @Test
    void printsOneJsonObjectALineForEachLook() throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--json", "--interval", "20ms", "--count", "2");
        assertEquals(2, outcome.lines().size());
        JsonObject lifecycle =
                JsonParser.parseString(outcome.lines().get(1)).getAsJsonObject().getAsJsonObject("lifecycle");
        int connections = StateZoo.allRows().entrySet().stream()
                .filter(each ->
                        !each.getKey().equals("LISTEN") && !each.getKey().equals("(bound)"))
                .mapToInt(Map.Entry::getValue)
                .sum();
        assertEquals(connections, lifecycle.get("preexisting").getAsInt());
        assertEquals(0, lifecycle.get("anomalies").getAsInt());
        assertEquals(0, lifecycle.getAsJsonArray("transitions").size());
    }

    @Test
    void tellsAgesOfSocketsToWhoLooksAgain() throws Exception {
        Outcome outcome = run(
                Terminal.UNLIMITED, "snapshot", "--sockets", "state=close_wait", "--interval", "50ms", "--count", "2");
        assertEquals(0, outcome.code(), outcome.err());
        assertTrue(outcome.out().contains(" IN STATE  AGE "), outcome.out());
        List<String> rows = outcome.lines().stream()
                .filter(line -> line.matches("CLOSE-WAIT +[0-9]+ +[0-9]+ .*"))
                .toList();
        assertEquals(2 * StateZoo.allRows().getOrDefault("CLOSE-WAIT", 0), rows.size(), outcome.out());
        // All were there before the first look.
        assertTrue(rows.stream().allMatch(row -> row.matches(".* >[0-9]+(ms|s|m) +>[0-9]+(ms|s|m) .*")), outcome.out());
    }

    @Test
    void knowsAgesFromTheKernelWhenItLooksAgain() throws Exception {
        Outcome outcome = run(
                Terminal.UNLIMITED,
                "snapshot",
                "--json",
                "--sockets",
                "state=close_wait",
                "age>0s",
                "--interval",
                "20ms",
                "--count",
                "1");
        JsonArray sockets =
                JsonParser.parseString(outcome.out()).getAsJsonObject().getAsJsonArray("sockets");
        assertEquals(StateZoo.allRows().getOrDefault("CLOSE-WAIT", 0), sockets.size(), outcome.out());
        for (JsonElement socket : sockets) {
            JsonObject age = socket.getAsJsonObject().getAsJsonObject("state_age");
            assertFalse(age.get("exact").getAsBoolean());
            assertEquals(
                    socket.getAsJsonObject().get("state_age_at_least_seconds").getAsDouble(),
                    age.get("seconds").getAsDouble());
        }
    }

    @Test
    void namesOwnersInJson() throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--json", "--sockets", "-p", "state=listen");
        JsonObject json = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals("state=listen", json.get("filter").getAsString());
        long self = ProcessHandle.current().pid();
        json.getAsJsonArray("sockets").forEach(socket -> {
            JsonObject owner =
                    socket.getAsJsonObject().getAsJsonArray("owners").get(0).getAsJsonObject();
            assertEquals(self, owner.get("pid").getAsLong());
        });
    }

    /** The same in a process that may not look into others. */
    private static JsonObject runWithoutRights(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("setpriv", "--bounding-set=-all"));
        command.addAll(Tcpvigil.command(arguments));
        return Objects.requireNonNull(zoo).call(() -> {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor());
            return JsonParser.parseString(out).getAsJsonObject();
        });
    }

    @Test
    void saysInJsonTooWhatItMayNotRead() throws Exception {
        Requirement.program("setpriv");
        JsonObject json = runWithoutRights("snapshot", "--json", "-p");
        String problems = json.getAsJsonArray("problems").toString();
        assertTrue(problems.contains("processes of other users not readable"), problems);
        json.getAsJsonArray("ports")
                .forEach(port ->
                        assertTrue(port.getAsJsonObject().get("owners").isJsonNull(), "unknown is not none: " + port));
        String ofGroups = runWithoutRights("snapshot", "--json", "--by", "netns")
                .getAsJsonArray("problems")
                .toString();
        assertTrue(ofGroups.contains("not show their network namespace"), ofGroups);
    }

    private static JsonObject group(JsonObject json, String key) {
        for (JsonElement each : json.getAsJsonArray("groups")) {
            if (each.getAsJsonObject().get("key").getAsString().equals(key)) {
                return each.getAsJsonObject();
            }
        }
        throw new AssertionError("no group " + key + " in " + json);
    }

    private static JsonObject groups(String by) throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--json", "--by", by);
        assertEquals(0, outcome.code(), outcome.err());
        return JsonParser.parseString(outcome.out()).getAsJsonObject();
    }

    @Test
    void groupsByProcessWithWhatIsKnownOfIt() throws Exception {
        JsonObject self = null;
        String pid = "/" + ProcessHandle.current().pid();
        for (JsonElement each : groups("process").getAsJsonArray("groups")) {
            if (each.getAsJsonObject().get("key").getAsString().endsWith(pid)) {
                self = each.getAsJsonObject();
            }
        }
        assertNotNull(self);
        assertEquals(6, self.getAsJsonObject("states").get("listen").getAsInt());
        assertEquals(System.getProperty("user.name"), self.get("user").getAsString());
        assertTrue(self.get("command_line").getAsString().contains("java"));
        assertTrue(self.get("open_files").getAsLong() > 10);
        assertTrue(self.get("open_files_limit").getAsLong()
                >= self.get("open_files").getAsLong());
        String text = run(Terminal.UNLIMITED, "snapshot", "--by", "process").out();
        assertTrue(text.contains("PROCESS"), text);
        assertFalse(text.contains("-cp"), "no command lines on the screen");
    }

    @Test
    void groupsByDestinationWithTheirPorts() throws Exception {
        JsonObject json = groups("destination");
        int used = 0;
        for (JsonElement each : json.getAsJsonArray("groups")) {
            JsonObject destination = each.getAsJsonObject();
            used += destination.get("ports_used").getAsInt();
            // The range without what listeners and bound sockets of the zoo hold.
            assertTrue(destination.get("ports_available").getAsInt() < 28232, destination.toString());
        }
        assertTrue(used > 10, json.toString());
        assertTrue(json.get("bind_pools").isJsonArray(), json.toString());
        assertTrue(run(80, "snapshot", "--by", "destination").out().contains("BUSIEST DESTINATIONS"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"unit", "port", "remote", "destination", "process", "netns"})
    void groupsAsTextAndAsJson(String by) throws Exception {
        assertEquals(by, groups(by).get("by").getAsString());
        assertEquals(0, run(80, "snapshot", "--by", by).code());
    }

    @Test
    void groupsByNamespace() throws Exception {
        JsonObject host = group(groups("netns"), "host");
        assertEquals("netlink", host.get("source").getAsString());
        assertTrue(host.get("reason").isJsonNull());
        assertTrue(host.get("pid").getAsInt() <= 2, host.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"port", "remote", "unit"})
    void knowsNoBoundSocketsOfAGroupWhereTheSourceDoesNotTell(String by) throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--json", "--by", by, "--source", "proc");
        JsonParser.parseString(outcome.out())
                .getAsJsonObject()
                .getAsJsonArray("groups")
                .forEach(each ->
                        assertTrue(each.getAsJsonObject().get("bound").isJsonNull(), "unknown is not zero: " + each));
        String text = run(Terminal.UNLIMITED, "snapshot", "--by", by, "--source", "proc")
                .out();
        // SOCKETS, LISTEN and BOUND stand beside each other.
        assertTrue(text.matches("(?s).*\n.* [0-9]+ +[0-9]+ +\\? .*"), text);
        assertFalse(text.matches("(?s).*\n\\S+ +[0-9]+ +[0-9]+ +0 .*"), text);
    }

    @Test
    void groupsByRemoteAddressAsJson() throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--json", "--by", "remote");
        JsonObject json = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertEquals("tcpvigil.groups/1", json.get("schema").getAsString());
        assertEquals(2, json.getAsJsonArray("groups").size(), "127.0.0.1, mapped or not, and ::1");
    }

    @Test
    void doesNotKnowBoundSocketsFromProc() throws Exception {
        Outcome outcome = run(Terminal.UNLIMITED, "snapshot", "--json", "--source", "proc");
        JsonObject json = JsonParser.parseString(outcome.out()).getAsJsonObject();
        assertTrue(json.get("bound").isJsonNull(), outcome.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nope",
                "state=nope",
                "--by=nope",
                "--source=nope",
                "port=1x",
                "--sockets --by=port",
                "--count=2",
                "--interval=1y",
                "--interval=1s --count=0"
            })
    void answersWrongUsageWithOneLineAndItsExitCode(String words) throws Exception {
        Outcome outcome = run(80, ("snapshot " + words).split(" ", -1));
        assertEquals(ExitCode.USAGE, outcome.code());
        assertEquals("", outcome.out());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().startsWith("tcpvigil: "), outcome.err());
        assertTrue(outcome.err().contains("tcpvigil snapshot --help"), outcome.err());
    }
}
