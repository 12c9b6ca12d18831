// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.cli.ExplainTopic.Kind;
import io.tcpvigil.cli.ExplainTopic.Section;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.tcp.KernelEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The runbooks, which stand once, in {@code grafana/runbooks}: one for each finding, true to what doctor prints. */
class RunbookTest {
    private static final Path RUNBOOKS = Path.of("../grafana/runbooks");
    private static final Path DETECTORS = Path.of("src/main/java/io/tcpvigil/findings");

    private static final List<String> HEADINGS =
            List.of("What it means", "How to confirm", "Causes and what to do", "What not to do");

    /** The evidence of an example is from its line to that of the next item, or to the end. */
    private static final Pattern EVIDENCE = Pattern.compile("  evidence  (.*?)(?:  who  |$)");

    private static final Pattern ID = Pattern.compile("  id        (\\w+) \\((\\w+)");
    private static final Pattern NAME = Pattern.compile("(\\w+)=");

    @Test
    void standsOnceForEachFinding() throws IOException {
        Set<String> wanted = Arrays.stream(FindingId.values())
                .map(id -> id.label() + ".md")
                .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> files = Files.list(RUNBOOKS)) {
            assertEquals(
                    wanted,
                    files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysTheSameThingsInTheSameOrder(FindingId id) {
        assertEquals(
                HEADINGS,
                ExplainTopics.read(id.label()).sections().stream()
                        .map(Section::heading)
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void isWhatExplainPrints(FindingId id) throws IOException {
        assertEquals(Files.readString(RUNBOOKS.resolve(id.label() + ".md")), ExplainTopics.source(id.label()));
    }

    @ParameterizedTest
    @EnumSource
    void givesEachCauseARemedyAndNamesAWrongOne(FindingId id) {
        assertTrue(points(id, "How to confirm").size() >= 2, "too little to look at");
        assertTrue(points(id, "Causes and what to do").size() >= 3, "too few causes");
        assertTrue(points(id, "What not to do").size() >= 2, "too few warnings");
        for (String warning : points(id, "What not to do")) {
            assertTrue(warning.startsWith("Do not ") || warning.startsWith("Never "), warning);
        }
    }

    /** What the example says of itself must be what the detector says. */
    @ParameterizedTest
    @EnumSource
    void showsDoctorAsItPrints(FindingId id) throws IOException {
        String shown = String.join(" ", preformatted(id));
        assertTrue(shown.contains("tcpvigil doctor"), shown);
        Matcher title = ID.matcher(shown);
        int titles = 0;
        while (title.find()) {
            titles++;
            assertEquals(id.label(), title.group(1));
        }
        assertTrue(titles > 0, shown);
        Set<String> known = measures();
        Matcher evidence = EVIDENCE.matcher(shown.replaceAll(" (WARNING|CRITICAL)  .*?(  id  )", "  who  $2"));
        int names = 0;
        while (evidence.find()) {
            Matcher name = NAME.matcher(evidence.group(1));
            while (name.find()) {
                names++;
                String full = name.group(1);
                assertTrue(known.contains(full), full + " is no evidence of a detector");
            }
        }
        assertTrue(names >= 2, shown);
    }

    private static Set<String> measures() throws IOException {
        Set<String> names = new TreeSet<>();
        for (KernelEvent event : KernelEvent.values()) {
            names.add(event.label());
        }
        Pattern measure = Pattern.compile("[mM]easure\\(\\s*\"(\\w+)\"");
        try (Stream<Path> files = Files.list(DETECTORS)) {
            for (Path file : files.toList()) {
                Matcher matcher = measure.matcher(Files.readString(file));
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
        }
        assertTrue(names.size() > 60, names.toString());
        return names;
    }

    private static List<String> points(FindingId id, String heading) {
        List<String> points = new ArrayList<>();
        for (Section section : ExplainTopics.read(id.label()).sections()) {
            if (section.heading().equals(heading)) {
                section.blocks().stream()
                        .filter(block -> block.kind() == Kind.POINT)
                        .forEach(block -> points.add(block.lines().get(0)));
            }
        }
        return points;
    }

    private static List<String> preformatted(FindingId id) {
        List<String> lines = new ArrayList<>();
        for (Section section : ExplainTopics.read(id.label()).sections()) {
            section.blocks().stream()
                    .filter(block -> block.kind() == Kind.PREFORMATTED)
                    .forEach(block -> lines.addAll(block.lines()));
        }
        assertFalse(lines.isEmpty());
        return lines;
    }
}
