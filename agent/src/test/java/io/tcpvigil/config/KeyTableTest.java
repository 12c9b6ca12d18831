// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlFile;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyTableTest {
    private static final Key<Long> INTERVAL =
            new Key<>("sampling.interval", "--interval", KeyTypes.span(10, 3_600_000), 1000L, "How often.", true);
    private static final Key<Double> BUDGET =
            new Key<>("sampling.budget", "--budget", KeyTypes.percentage(), 0.01, "How much.", true);
    private static final Key<List<String>> LISTEN = new Key<>(
            "web.listen",
            "--listen",
            KeyTypes.texts("ADDRESS", "host:port", text -> text.contains(":")),
            List.of("localhost:1"),
            "Where.",
            false);
    private static final Key<Boolean> PROBE =
            new Key<>("sampling.probe", "--probe", KeyTypes.bool(), true, "Whether.", false);
    private static final Key<TimeUnit> UNIT =
            new Key<>("web.deep.unit", "", KeyTypes.choice("UNIT", TimeUnit.class), TimeUnit.SECONDS, "What.", true);
    private static final Key<Integer> COUNT =
            new Key<>("web.deep.count", "", KeyTypes.integer(0, 20), 3, "How many.", true);
    private static final Key<Double> RATE = new Key<>("web.rate", "", KeyTypes.positive(), 0.25, "How fast.", true);

    private static final KeyTable TABLE = new KeyTable(List.of(INTERVAL, BUDGET, PROBE, LISTEN, UNIT, COUNT, RATE));

    private static Configuration read(String file, String... flagsAndWords) {
        Map<String, List<String>> flags = new HashMap<>();
        for (int i = 0; i < flagsAndWords.length; i += 2) {
            flags.put(flagsAndWords[i], List.of(flagsAndWords[i + 1].split(" ", -1)));
        }
        return TABLE.read(YamlFile.parse("f.yml", file), flags);
    }

    @Test
    void takesTheDefaultWhereNobodySaysAnything() {
        Configuration none = TABLE.read(null, Map.of());
        assertEquals(1000L, none.get(INTERVAL));
        assertEquals(Configuration.DEFAULT, none.origin(INTERVAL));
        assertEquals(List.of("localhost:1"), none.get(LISTEN));
        assertEquals(7, none.entries().size());
        assertEquals(List.of(), read("sampling:\nweb:\n  deep:\n").changedSince(none));
    }

    @Test
    void takesTheFileBeforeTheDefaultAndTheFlagBeforeTheFile() {
        String file = """
                sampling:
                  interval: 500ms
                  budget: 2.5%
                  probe: false
                web:
                  listen:
                    - a:1
                    - b:2
                  deep: {unit: hours, count: 0}
                  rate: 12
                """;
        Configuration mixed = read(file, "--interval", "2s", "--listen", "c:3 d:4");
        assertEquals(2000L, mixed.get(INTERVAL));
        assertEquals("--interval", mixed.origin(INTERVAL));
        assertEquals(0.025, mixed.get(BUDGET), 1e-12);
        assertEquals("f.yml:3", mixed.origin(BUDGET));
        assertEquals(List.of("c:3", "d:4"), mixed.get(LISTEN), "none of the file's is left");
        assertEquals(false, mixed.get(PROBE));
        assertEquals(TimeUnit.HOURS, mixed.get(UNIT));
        assertEquals(0, mixed.get(COUNT));
        assertEquals("f.yml:9", mixed.origin(COUNT));
        assertEquals(12.0, mixed.get(RATE));
        assertEquals(List.of("a:1", "b:2"), read(file).get(LISTEN));
        assertEquals(
                List.of("sampling.interval", "web.listen"),
                mixed.changedSince(read(file)).stream()
                        .map(entry -> entry.key().name())
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
                    sampling:\\n  interval: 5 s     | f.yml:2: sampling.interval: "5 s": write a number with ms, s, m, h or d, from 10ms to 1h
                    sampling:\\n  interval: 9ms     | f.yml:2: sampling.interval: "9ms": write a number with ms, s, m, h or d, from 10ms to 1h
                    sampling:\\n  interval: 2h      | f.yml:2: sampling.interval: "2h": write a number with ms, s, m, h or d, from 10ms to 1h
                    sampling:\\n  interval:         | f.yml:2: sampling.interval: a value is missing; write a number with ms, s, m, h or d, from 10ms to 1h
                    sampling:\\n  interval: [1s]    | f.yml:2: sampling.interval: write a number with ms, s, m, h or d, from 10ms to 1h
                    sampling:\\n  budget: 0%        | f.yml:2: sampling.budget: "0%": write a percentage above 0 and up to 100, such as 80%
                    sampling:\\n  budget: 101%      | f.yml:2: sampling.budget: "101%": write a percentage above 0 and up to 100, such as 80%
                    sampling:\\n  budget: NaN       | f.yml:2: sampling.budget: "NaN": write a percentage above 0 and up to 100, such as 80%
                    sampling:\\n  probe: yes        | f.yml:2: sampling.probe: "yes": write true or false
                    sampling:\\n  intervall: 1s     | f.yml:2: sampling.intervall: unknown key, did you mean interval?; known here: interval, budget, probe
                    sampling:\\n  rate: 1           | f.yml:2: sampling.rate: unknown key, did you mean web.rate?; known here: interval, budget, probe
                    interval: 1s                    | f.yml:1: interval: unknown key, did you mean sampling.interval?; known here: sampling, web
                    sampling: 1s                    | f.yml:1: sampling: write keys below it, indented
                    frobnicate: 1                   | f.yml:1: frobnicate: unknown key; known here: sampling, web
                    web:\\n  listen: a:1            | f.yml:2: web.listen: write a list, such as [a, b], of host:port
                    web:\\n  listen: []             | f.yml:2: web.listen: write a list, such as [a, b], of host:port
                    web:\\n  listen: [a:1, b]       | f.yml:2: web.listen[1]: "b": write host:port
                    web:\\n  listen:\\n  - {a: 1}   | f.yml:3: web.listen[0]: write a single value for each item
                    web:\\n  deep:\\n    unit: HOURS | f.yml:3: web.deep.unit: "HOURS": write one of nanoseconds, microseconds, milliseconds, seconds, minutes, hours, days
                    web:\\n  deep:\\n    count: 21  | f.yml:3: web.deep.count: "21": write a whole number from 0 to 20
                    web:\\n  deep:\\n    count: 1.5 | f.yml:3: web.deep.count: "1.5": write a whole number from 0 to 20
                    web:\\n  rate: 0                | f.yml:2: web.rate: "0": write a number above 0
                    web:\\n  rate: 1e3              | f.yml:2: web.rate: "1e3": write a number above 0
                    """)
    void saysInOneLineWhatIsWrongInAFile(String file, String message) {
        YamlException wrong = assertThrows(YamlException.class, () -> read(file.replace("\\n", "\n")));
        assertEquals(message, wrong.getMessage());
    }

    @Test
    void refusesAWrongFileEvenWhereAFlagGoesBeforeIt() {
        assertThrows(YamlException.class, () -> read("sampling:\n  interval: x", "--interval", "1s"));
    }

    @Test
    void saysWhatIsWrongWithAFlag() {
        IllegalArgumentException wrong =
                assertThrows(IllegalArgumentException.class, () -> read("", "--interval", "soon"));
        assertEquals("--interval soon: write a number with ms, s, m, h or d, from 10ms to 1h", wrong.getMessage());
        assertEquals(
                "--listen b: write host:port",
                assertThrows(IllegalArgumentException.class, () -> read("", "--listen", "a:1 b"))
                        .getMessage());
    }

    @Test
    void showsWhatIsInForceAsAFileThatSaysTheSame() {
        Configuration mixed =
                read("sampling: {budget: 33.3%}\nweb: {deep: {unit: days}, listen: ['[::1]:5']}", "--interval", "90s");
        String shown = ConfigText.inForce(mixed);
        assertEquals("""
                sampling:
                  interval: 90s  # --interval
                  budget: 33.3%  # f.yml:1
                  probe: true  # default

                web:
                  listen: ["[::1]:5"]  # f.yml:2
                  deep:
                    unit: days  # f.yml:2
                    count: 3  # default
                  rate: 0.25  # default
                """, shown);
        assertEquals(List.of(), mixed.changedSince(read(shown)));
    }

    @Test
    void givesAnExampleOfEveryKey() {
        String example = ConfigText.example(new KeyTable(List.of(INTERVAL, LISTEN, UNIT)));
        assertEquals("""
                sampling:
                  # How often. Write a number with ms, s, m, h or d, from 10ms to 1h.
                  #interval: 1s

                web:
                  # Where. Write a list, such as [a, b], of host:port. A change needs a restart.
                  #listen: [localhost:1]
                  deep:
                    # What. Write one of nanoseconds, microseconds, milliseconds, seconds, minutes, hours, days.
                    #unit: seconds
                """, example);
    }
}
