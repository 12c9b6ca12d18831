// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tcpvigil.Nullable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlFileTest {
    private static final String GOOD = """
            # A comment
            intervals:
              fast: 500ms   # another
              full: "15s"
            web:
              listen_addresses:
                - 127.0.0.1:9794
                - '[::1]:9794'
              empty: []
            users:
              alice: $2y$10$abc
              "b.o:b ü": x
            on: true
            count: 12
            nothing:
            """;

    private static YamlMapping parse(String text) {
        return YamlFile.parse("f.yml", text);
    }

    private static String problem(String text) {
        return problem(() -> parse(text));
    }

    private static String problem(Runnable wrong) {
        String message =
                String.valueOf(assertThrows(YamlException.class, wrong::run).getMessage());
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private static YamlScalar scalar(@Nullable YamlScalar scalar) {
        assertNotNull(scalar);
        return scalar;
    }

    @Test
    void readsMappingsListsAndScalarsWithTheirPlaces() {
        YamlMapping top = parse(GOOD);
        assertEquals(List.of("intervals", "web", "users", "on", "count", "nothing"), List.copyOf(top.keys()));
        YamlScalar fast = scalar(top.mapping("intervals").scalar("fast"));
        assertEquals("500ms", fast.text());
        assertEquals(new Place("f.yml", 3, "intervals.fast"), fast.place());
        assertEquals("f.yml:3: intervals.fast", fast.place().toString());
        assertEquals("15s", scalar(top.mapping("intervals").scalar("full")).text());
        List<YamlScalar> addresses = top.mapping("web").list("listen_addresses").scalars();
        assertEquals(
                List.of("127.0.0.1:9794", "[::1]:9794"),
                addresses.stream().map(YamlScalar::text).collect(Collectors.toList()));
        assertEquals(
                "f.yml:8: web.listen_addresses[1]", addresses.get(1).place().toString());
        assertEquals(List.of(), top.mapping("web").list("empty").items());
        assertEquals(Set.of("alice", "b.o:b ü"), top.mapping("users").keys());
        assertEquals(
                "f.yml:12: users.\"b.o:b ü\"",
                scalar(top.mapping("users").scalar("b.o:b ü")).place().toString());
        assertTrue(scalar(top.scalar("on")).bool());
        assertEquals(12, scalar(top.scalar("count")).integer(0, 12));
    }

    @Test
    void takesWhatIsNotThereAsEmptyButForSingleValues() {
        YamlMapping top = parse(GOOD);
        assertNull(top.scalar("absent"));
        assertNull(top.get("absent"));
        assertEquals(Set.of(), top.mapping("absent").keys());
        assertEquals(List.of(), top.list("absent").items());
        assertEquals(Set.of(), top.mapping("nothing").keys());
        assertEquals(List.of(), top.list("nothing").items());
        assertEquals(
                "f.yml:15: nothing: a value is missing",
                problem(() -> scalar(top.scalar("nothing")).text()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "# only a comment\n", "---\n", "---\n# x\n...\n", "~", "{}", "\uFEFF{}"})
    void takesAnEmptyFileAsNoKeys(String text) {
        assertEquals(Set.of(), parse(text).keys());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
                    a: 1\\nb: 2\\na: 3        | f.yml:3: a: is there twice, first on line 1
                    x:\\n  a: 1\\n  'a': 2    | f.yml:3: x.a: is there twice, first on line 2
                    a: &b 1                   | f.yml:1: a: anchors (&) and aliases (*) are not used here; quote text that begins so
                    a:\\n  - 1\\n  - *b       | f.yml:3: a[1]: anchors (&) and aliases (*) are not used here; quote text that begins so
                    *a : 1                    | f.yml:1: anchors (&) and aliases (*) are not used here; quote text that begins so
                    a: !!str x                | f.yml:1: a: tags (!) are not used here; quote text that begins so
                    a: !x {b: 1}              | f.yml:1: a: tags (!) are not used here; quote text that begins so
                    a: 1\\n---\\nb: 2         | f.yml:2: a second document begins; write one
                    text                      | f.yml:1: write keys with values, such as key: value
                    - a                       | f.yml:1: write keys with values, such as key: value
                    a:\\n  ? [x]\\n  : 1      | f.yml:2: a: write a name before the colon
                    '': 1                     | f.yml:1: write a name before the colon
                    a:\\n\\tb: 1              | f.yml:2: is not YAML: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)
                    a: [1, 2                  | f.yml:1: is not YAML: expected ',' or ']', but got <stream end>
                    a: 1\\n b: 2              | f.yml:2: is not YAML: mapping values are not allowed here
                    a: "b\\nc: d              | f.yml:2: is not YAML: found unexpected end of stream
                    """)
    void refusesWhatIsNotUsedHereWithFileLineAndKey(String text, String message) {
        assertEquals(message, problem(text.replace("\\n", "\n").replace("\\t", "\t")));
    }

    @Test
    void refusesWhatCannotBeShown() {
        String message = problem("a: 1\nb: x\u0007\n");
        assertTrue(message.startsWith("f.yml:2: is not YAML: "), message);
    }

    @Test
    void refusesAnotherKindOfValue() {
        YamlMapping top = parse("m: {a: 1}\nl: [1]\ns: 1\nn: [[1]]\n");
        assertEquals("f.yml:1: m: write a single value", problem(() -> top.scalar("m")));
        assertEquals("f.yml:3: s: write keys below it, indented", problem(() -> top.mapping("s")));
        assertEquals("f.yml:2: l: write keys below it, indented", problem(() -> top.mapping("l")));
        assertEquals("f.yml:3: s: write a list: one item a line after \"- \", or [a, b]", problem(() -> top.list("s")));
        assertEquals(
                "f.yml:4: n[0]: write a single value for each item",
                problem(() -> top.list("n").scalars()));
        assertInstanceOf(YamlList.class, top.get("l"));
    }

    @Test
    void saysWhichKeyIsUnknownAndWhichIsNear() {
        YamlMapping web = parse("web:\n  a: 1\n  listen_adress: x\n").mapping("web");
        web.allowOnly(List.of("a", "listen_adress"));
        assertEquals(
                "f.yml:3: web.listen_adress: unknown key, did you mean listen_address?; known here: a, listen_address",
                problem(() -> web.allowOnly(List.of("a", "listen_address"))));
        assertEquals(
                "f.yml:3: web.listen_adress: unknown key; known here: a", problem(() -> web.allowOnly(List.of("a"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "1", "\"true\"", "on", "", "truee"})
    void takesOnlyTrueAndFalseForBooleans(String text) {
        YamlScalar scalar = scalar(parse("a: " + text).scalar("a"));
        assertTrue(problem(scalar::bool).endsWith("write true or false"));
        assertFalse(scalar(parse("a: False").scalar("a")).bool());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "11", "-5", "+5", "5.0", "0x5", "\"5\"", "5 000", "99999999999999999999", "५"})
    void takesOnlyWholeNumbersInRange(String text) {
        YamlScalar scalar = scalar(parse("a: " + text).scalar("a"));
        assertTrue(problem(() -> scalar.integer(1, 10)).endsWith(": write a whole number from 1 to 10"));
    }

    @Test
    void showsAWrongValueInOneLineThatIsFitToBeShown() {
        YamlScalar scalar =
                scalar(parse("a: \"x\\e[31m\\n" + "y".repeat(200) + "\"").scalar("a"));
        assertEquals(
                "f.yml:1: a: \"x\uFFFD[31m\uFFFD" + "y".repeat(73) + "...\": write one of b, c",
                problem(() -> scalar.oneOf(List.of("b", "c"))));
        assertEquals("f.yml:1: a: a value is missing; write b", problem(() -> {
            throw scalar(parse("a:").scalar("a")).wrong("b");
        }));
        assertEquals("c", scalar(parse("a: c").scalar("a")).oneOf(List.of("b", "c")));
    }

    @Test
    void refusesNestingThatWouldTakeTheStack() {
        assertEquals(
                "f.yml:1: " + "a" + "[0]".repeat(15) + ": is more than 16 levels deep",
                problem("a: " + "[".repeat(100_000)));
        parse("a: " + "[".repeat(15) + "]".repeat(15));
    }

    @Test
    void readsFilesAndSaysWhyItCannot(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("c.yml");
        assertEquals(file + ": cannot be read: there is no such file", problem(() -> YamlFile.read(file)));
        Files.writeString(file, "a: ü\n");
        assertEquals("ü", scalar(YamlFile.read(file).scalar("a")).text());
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xFC});
        assertEquals(file + ": is not text in UTF-8", problem(() -> YamlFile.read(file)));
        Files.writeString(file, "#".repeat(YamlFile.MOST_BYTES));
        assertEquals(Set.of(), YamlFile.read(file).keys());
        Files.writeString(file, "#".repeat(YamlFile.MOST_BYTES + 1));
        assertEquals(file + ": is longer than 1048576 bytes", problem(() -> YamlFile.read(file)));
        assertTrue(problem(() -> YamlFile.read(directory)).startsWith(directory + ": cannot be read: "));
    }

    /** Whatever a file holds: values, or one line about it. */
    @Test
    void takesOrRefusesAnyDamagedFile() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        String alphabet = "ab:-[]{}\"'&*!|>%@`#,? \t\n\u0000\u0085\uFEFF\uD800~";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(GOOD.substring(0, random.nextInt(GOOD.length() + 1)));
            for (int change = random.nextInt(4); change >= 0; change--) {
                text.insert(random.nextInt(text.length() + 1), alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                parse(text.toString());
            } catch (YamlException refused) {
                String message = String.valueOf(refused.getMessage());
                assertTrue(
                        message.startsWith("f.yml:") && message.lines().count() == 1, "seed " + seed + ": " + message);
            }
        }
    }
}
