// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tcpvigil.lab.Deviation;
import io.tcpvigil.tcp.TcpState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class ExplainCommandTest {
    private static final String ESCAPE = "\u001b";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter err = new StringWriter();
    private Supplier<Map<TcpState, Long>> counts = Map::of;
    private int width = 80;
    private boolean colour;

    static List<String> names() {
        return ExplainTopics.all();
    }

    @ParameterizedTest
    @MethodSource("names")
    void keepsEveryTopicWithinTheWidth(String name) {
        for (int columns : new int[] {40, 57, 80, 100}) {
            width = columns;
            String page = explain(name);
            Set<String> asTheyStand = preformatted(name);
            for (String line : page.lines().toList()) {
                assertTrue(line.length() <= columns || asTheyStand.contains(line), columns + ": " + line);
                assertFalse(line.endsWith(" ") || line.contains("\t"), line);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void losesNoWordOfTheText(String name) {
        String page = words(explain(name));
        ExplainTopic topic = ExplainTopics.read(name);

        assertTrue(page.contains(words(topic.summary())), topic.summary());
        for (ExplainTopic.Section section : topic.sections()) {
            assertTrue(page.contains(words(section.heading())), section.heading());
            for (ExplainTopic.Block block : section.blocks()) {
                for (String line : block.lines()) {
                    assertTrue(page.contains(words(line)), line);
                }
            }
        }
        assertTrue(page.contains("See also " + String.join(", ", topic.seeAlso())));
    }

    @ParameterizedTest
    @EnumSource
    void tellsEachDeviationThatALabVerdictCanName(Deviation deviation) {
        String page = words(explain(ExplainTopics.KERNEL_OBJECTS));
        assertTrue(page.contains(words(deviation.id() + ": " + deviation.text())), page);
    }

    @Test
    void takesTooNarrowAndTooWideForTheLimits() {
        width = 40;
        String narrow = explain("listen");
        width = 1;
        assertEquals(narrow, explain("listen"));

        width = 100;
        String wide = explain("listen");
        width = 1000;
        assertEquals(wide, explain("listen"));
    }

    @Test
    void laysAStateOut() {
        width = 72;

        List<String> page = explain("FIN_WAIT2").lines().toList();

        assertEquals("FIN-WAIT-2: We closed first and the peer knows it; the peer has not", page.get(0));
        assertEquals("closed", page.get(1));
        assertEquals("", page.get(2));
        assertEquals("Meaning", page.get(3));
        int waysIn = page.indexOf("Ways in");
        assertEquals(
                List.of(
                        "",
                        "Ways in",
                        "  from FIN-WAIT-1",
                        "    - segment with ACK of our FIN [RFC 9293, 3.10.7.4]",
                        "",
                        "Ways out",
                        "  to TIME-WAIT",
                        "    - segment with FIN; send ACK [RFC 9293, 3.10.7.4]",
                        "    - ABORT: close() with SO_LINGER 0, or with data unread; send RST",
                        "      [RFC 9293, 3.5.2; Linux never does this]",
                        "  to CLOSED"),
                page.subList(waysIn - 1, waysIn + 10));
        assertTrue(page.indexOf("How the kernel shows it") > waysIn);
    }

    @Test
    void takesAStateInAnySpelling() {
        String page = explain("TIME-WAIT");

        assertTrue(page.startsWith("TIME-WAIT: "), page);
        for (String spelling : List.of("time_wait", "timewait", "TIME_WAIT", "6")) {
            assertEquals(page, explain(spelling));
        }
        assertEquals(page, explain("time", "wait"));
    }

    @Test
    void tellsTheWaysOfStatesOnly() {
        assertTrue(explain("listen").contains("\nWays out\n"));
        assertFalse(explain("close").contains("\nWays out\n"));
    }

    @Test
    void printsBoldOnlyInColour() {
        for (String topic : List.of("last-ack", "ports", "--list")) {
            colour = false;
            String plain = explain(topic);
            assertFalse(plain.contains(ESCAPE));

            colour = true;
            String bold = explain(topic);
            assertTrue(bold.contains(ESCAPE + "[1m"), topic);
            assertEquals(plain, bold.replace(ESCAPE + "[1m", "").replace(ESCAPE + "[0m", ""));
        }
        assertTrue(explain("last-ack").contains("\n" + ESCAPE + "[1mSee also" + ESCAPE + "[0m\n"));
    }

    @Test
    void answersAWrongTopicWithOneLineThatHelps() {
        int status = run("closewiat");

        assertEquals(64, status);
        assertEquals("", out.toString(StandardCharsets.UTF_8));
        List<String> lines = err.toString().lines().toList();
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).startsWith("tcpvigil explain: no topic \"closewiat\"; did you mean close-wait? "));
        assertTrue(lines.get(0).endsWith(": " + String.join(", ", ExplainTopics.all())));
    }

    @Test
    void suggestsNothingForSomethingElse() {
        assertEquals(64, run("weather"));
        assertTrue(err.toString().startsWith("tcpvigil explain: no topic \"weather\". Try one of: listen, "));
    }

    @Test
    void answersAWrongOptionAsUsage() {
        assertEquals(64, run("--lust"));
        assertTrue(err.toString().contains("--lust"));
    }

    @Test
    void listsEveryTopicInOneLine() {
        width = 100;
        List<String> page = explain("--list").lines().toList();

        for (String name : ExplainTopics.all()) {
            String summary = ExplainTopics.read(name).summary();
            assertEquals(
                    1,
                    page.stream()
                            .filter(line -> line.startsWith("  " + name + "  ") && line.endsWith("  " + summary))
                            .count(),
                    name);
        }
    }

    @Test
    void drawsTheMachineWithLiveCountsAndTheTopicsBelow() {
        Map<TcpState, Long> live = new EnumMap<>(TcpState.class);
        live.put(TcpState.ESTABLISHED, 12L);
        live.put(TcpState.TIME_WAIT, 0L);
        counts = () -> live;

        String page = explain();

        assertTrue(page.startsWith(String.join("\n", ExplainDrawing.lines(live)) + "\n"), page);
        assertTrue(page.contains("|      12      |"), page);
        assertTrue(page.contains("are the sockets of this host now"), page);
        assertTrue(page.endsWith(explain("--list")), page);
    }

    @Test
    void saysSoWhenThereAreNoCounts() {
        assertTrue(explain().contains("The boxes have no numbers: the sockets of this host were not read."));
    }

    @Test
    void keepsTheWholePageOfTheMachineInsideEightyColumns() {
        Map<TcpState, Long> live = new EnumMap<>(TcpState.class);
        for (TcpState state : TcpState.values()) {
            live.put(state, 9_999_999L);
        }
        counts = () -> live;

        for (String line : explain().lines().toList()) {
            assertTrue(line.length() <= 80, line);
            assertFalse(line.endsWith(" "), line);
        }
    }

    @Test
    void looksAtTheHostOnlyForTheDrawing() {
        counts = () -> fail("looked");

        explain("time-wait");
        explain("--list");
        assertEquals(64, run("nonsense"));
    }

    private String explain(String... arguments) {
        int status = run(arguments);
        assertEquals(0, status, err::toString);
        assertEquals("", err.toString());
        return out.toString(StandardCharsets.UTF_8);
    }

    private int run(String... arguments) {
        out.reset();
        err.getBuffer().setLength(0);
        PrintStream stream = new PrintStream(out, false, StandardCharsets.UTF_8);
        ExplainCommand command = new ExplainCommand(stream, width, colour, () -> counts.get());
        return new CommandLine(command).setErr(new PrintWriter(err, true)).execute(arguments);
    }

    private static Set<String> preformatted(String name) {
        Set<String> lines = new HashSet<>();
        for (ExplainTopic.Section section : ExplainTopics.read(name).sections()) {
            for (ExplainTopic.Block block : section.blocks()) {
                if (block.kind() == ExplainTopic.Kind.PREFORMATTED) {
                    block.lines().forEach(line -> lines.add("  " + line));
                }
            }
        }
        return lines;
    }

    private static String words(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
