// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.cli.ExplainTopic.Block;
import io.tcpvigil.cli.ExplainTopic.Kind;
import io.tcpvigil.cli.ExplainTopic.Section;
import io.tcpvigil.tcp.SocketFilter;
import io.tcpvigil.tcp.TcpState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ExplainTopicTest {
    private static final List<String> HEADINGS_OF_A_STATE = List.of(
            "Meaning",
            "How the kernel shows it",
            "How long it can last",
            "Is it normal to see many?",
            "What a pile says",
            "What to do");

    /** A command in the text, with what follows and looks like an option or a filter. */
    private static final Pattern SNAPSHOT =
            Pattern.compile("tcpvigil snapshot((?: --by \\w+| -{1,2}[a-z][a-z-]*| \\w+=[\\w.:/,]*\\w)+)");

    static List<String> names() {
        return ExplainTopics.all();
    }

    @Test
    void takesAFileApart() {
        ExplainTopic topic = ExplainTopic.parse(
                "sample",
                List.of(
                        "<!-- a licence -->",
                        "# A summary",
                        "",
                        "## First",
                        "",
                        "One sentence",
                        "over two lines.",
                        "",
                        "    a -->  b",
                        "      <--",
                        "",
                        "- a point",
                        "  that goes on",
                        "- another",
                        "",
                        "## See also",
                        "",
                        "close, 2msl,",
                        "ports"));

        assertEquals("A summary", topic.summary());
        assertEquals(
                List.of(new Section(
                        "First",
                        List.of(
                                new Block(Kind.PARAGRAPH, List.of("One sentence over two lines.")),
                                new Block(Kind.PREFORMATTED, List.of("a -->  b", "  <--")),
                                new Block(Kind.POINT, List.of("a point that goes on")),
                                new Block(Kind.POINT, List.of("another"))))),
                topic.sections());
        assertEquals(List.of("close", "2msl", "ports"), topic.seeAlso());
        assertNull(topic.state());
    }

    @Test
    void rejectsAFileWithoutSummaryOrSection() {
        assertThrows(IllegalStateException.class, () -> ExplainTopic.parse("x", List.of("## First", "", "text")));
        assertThrows(IllegalStateException.class, () -> ExplainTopic.parse("x", List.of("# Summary")));
        assertThrows(IllegalStateException.class, () -> ExplainTopic.parse("x", List.of("# Summary", "text")));
    }

    @Test
    void everyFileIsATopicAndEveryTopicHasAFile() throws Exception {
        Set<String> found = new TreeSet<>(files("explain"));
        found.addAll(files("/io/tcpvigil/runbooks"));
        Set<String> wanted =
                ExplainTopics.all().stream().map(name -> name + ".md").collect(Collectors.toCollection(TreeSet::new));
        assertEquals(wanted, found);
    }

    private static List<String> files(String resource) throws Exception {
        Path folder = Path.of(Objects.requireNonNull(ExplainTopics.class.getResource(resource))
                .toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    @ParameterizedTest
    @EnumSource
    void explainsEveryStateUnderTheSameHeadings(TcpState state) {
        ExplainTopic topic = ExplainTopics.read(ExplainTopics.nameOf(state));

        assertEquals(state, topic.state());
        assertEquals(
                HEADINGS_OF_A_STATE,
                topic.sections().stream().map(Section::heading).toList());
    }

    @ParameterizedTest
    @MethodSource("names")
    void leavesNoSectionEmpty(String name) {
        for (Section section : ExplainTopics.read(name).sections()) {
            assertFalse(section.blocks().isEmpty(), section.heading());
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void pointsToTopicsThatExist(String name) {
        List<String> seeAlso = ExplainTopics.read(name).seeAlso();

        assertTrue(seeAlso.size() >= 3, name);
        for (String other : seeAlso) {
            assertTrue(ExplainTopics.all().contains(other), name + " points to " + other);
            assertFalse(other.equals(name), name + " points to itself");
        }
        assertEquals(seeAlso.size(), Set.copyOf(seeAlso).size(), name + " points twice to one topic");
    }

    @ParameterizedTest
    @MethodSource("names")
    void isPointedToBySomeOtherTopic(String name) {
        assertTrue(
                ExplainTopics.all().stream()
                        .anyMatch(other -> ExplainTopics.read(other).seeAlso().contains(name)),
                name);
    }

    @ParameterizedTest
    @MethodSource("names")
    void isPlainAsciiWithoutTabsAndTrailingBlanks(String name) throws IOException {
        int number = 0;
        for (String line : ExplainTopics.source(name).split("\n", -1)) {
            number++;
            String where = name + ".md:" + number;
            assertTrue(line.chars().allMatch(each -> each >= ' ' && each <= '~'), where);
            assertFalse(line.endsWith(" "), where);
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void quotesSectionsThatTheRfcHas(String name) throws IOException {
        for (String section : ExplainRfcSections.quotedIn(ExplainTopics.source(name))) {
            assertTrue(ExplainRfcSections.exists(section), name + " quotes " + section);
        }
    }

    @Test
    void quotesSectionsAtAll() throws IOException {
        int quoted = 0;
        for (String name : names()) {
            quoted += ExplainRfcSections.quotedIn(ExplainTopics.source(name)).size();
        }
        assertTrue(quoted >= 30, "only " + quoted);
    }

    @ParameterizedTest
    @MethodSource("names")
    void keepsPreformattedLinesInsideEightyColumns(String name) {
        for (Section section : ExplainTopics.read(name).sections()) {
            for (Block block : section.blocks()) {
                if (block.kind() == Kind.PREFORMATTED) {
                    for (String line : block.lines()) {
                        assertTrue(line.length() <= 78, line);
                    }
                }
            }
        }
    }

    @Test
    void warnsOfTheSettingsThatDoHarm() throws IOException {
        for (String name : names()) {
            for (Section section : ExplainTopics.read(name).sections()) {
                for (Block block : section.blocks()) {
                    String text = String.join(" ", block.lines());
                    assertTrue(!text.contains("tcp_tw_recycle") || text.startsWith("Never"), name + ": " + text);
                    assertTrue(
                            !text.toLowerCase(Locale.ROOT).contains("lower tcp_max_tw_buckets")
                                    || text.startsWith("Do not lower"),
                            name + ": " + text);
                }
            }
        }
        assertTrue(ExplainTopics.source("time-wait").contains("Do not lower tcp_max_tw_buckets"));
        assertTrue(ExplainTopics.source("time-wait").contains("Never follow guides that name tcp_tw_recycle"));
    }

    @Test
    void quotesCommandsThatSnapshotTakes() throws IOException {
        int quoted = 0;
        for (String name : names()) {
            Matcher command = SNAPSHOT.matcher(ExplainTopics.source(name));
            while (command.find()) {
                quoted++;
                Terminal nowhere = new Terminal(new PrintStream(OutputStream.nullOutputStream()), 80, false);
                List<String> filters = new CommandLine(new SnapshotCommand(nowhere))
                        .parseArgs(command.group(1).strip().split(" ", -1))
                        .matchedPositionalValue(0, List.<String>of());
                assertDoesNotThrow(() -> SocketFilter.parse(filters), name);
            }
        }
        assertTrue(quoted >= 20, "only " + quoted);
    }

    @ParameterizedTest
    @EnumSource
    void findsAStateInEverySpelling(TcpState state) {
        for (String spelling : List.of(
                state.displayName(),
                state.label(),
                state.name(),
                state.label().replace("_", ""),
                state.displayName().toLowerCase(Locale.ROOT),
                state.displayName().replace('-', ' '),
                Integer.toString(state.kernelNumber()))) {
            assertEquals(ExplainTopics.nameOf(state), ExplainTopics.find(spelling), spelling);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "estab, established",
        "SYN_RECV, syn-received",
        "FIN_WAIT2, fin-wait-2",
        "Sequence Numbers, sequence-numbers",
        "request socket, kernel-objects",
        "mini-sockets, kernel-objects",
        "orphan, kernel-objects",
        "RST, reset",
        "2MSL, 2msl",
        "close, close",
        "CLOSE, close",
    })
    void findsOtherNames(String typed, String name) {
        assertEquals(name, ExplainTopics.find(typed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "12", "foo", "time", "close-wai"})
    void doesNotGuess(String typed) {
        assertNull(ExplainTopics.find(typed));
    }

    @ParameterizedTest
    @CsvSource({
        "timewat, time-wait",
        "closewait1, close-wait",
        "etsablished, established",
        "handshaek, handshake",
        "lisen, listen",
        "fin-wait-3, fin-wait-1",
        "orfans, kernel-objects",
        "reste, reset",
    })
    void suggestsTheNearestName(String typed, String name) {
        assertNull(ExplainTopics.find(typed));
        assertEquals(name, ExplainTopics.nearest(typed));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "foo", "completely-else", "99"})
    void suggestsNothingWhenNothingIsNear(String typed) {
        assertNull(ExplainTopics.nearest(typed));
    }
}
