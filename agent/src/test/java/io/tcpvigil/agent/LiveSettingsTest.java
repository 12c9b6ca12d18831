// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tcpvigil.Nullable;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.yaml.YamlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveSettingsTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir
    private Path directory;

    private final List<String> log = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private long nanos;
    private long wallSeconds = 100;

    private Path file() {
        return directory.resolve("tcpvigil.yml");
    }

    private void write(String text) throws IOException {
        Files.writeString(file(), text);
    }

    private LiveSettings open(boolean required) {
        LiveSettings.Observer observer = new LiveSettings.Observer() {
            @Override
            public void reloading() {
                told.add("reloading");
            }

            @Override
            public void reloaded() {
                told.add("reloaded");
            }
        };
        return new LiveSettings(
                new SettingsSource(file(), required, Map.of("--full-interval", List.of("1m"))),
                (priority, line) -> log.add(priority + " " + line),
                observer,
                () -> Instant.ofEpochSecond(wallSeconds),
                () -> nanos);
    }

    /** Enough time for a file that stands still to be taken. */
    private @Nullable Settings later(LiveSettings live) {
        nanos += SECOND;
        assertNull(live.poll(), "not before it has stood still");
        nanos += SECOND;
        wallSeconds += 2;
        return live.poll();
    }

    @Test
    void takesAChangedFileWithoutBeingAsked() throws IOException {
        write("sampling: {interval: 2s}");
        LiveSettings live = open(true);
        assertEquals(2 * SECOND, live.settings().intervals().fastNanos());
        assertNull(later(live));
        write("sampling: {interval: 3s, cpu_budget: 2%}\nfindings: {listen_drops: {threshold: 7, enabled: false}}");
        Settings changed = later(live);
        assertNotNull(changed);
        assertEquals(3 * SECOND, changed.intervals().fastNanos());
        assertEquals(60 * SECOND, changed.intervals().fullNanos());
        assertEquals(7, changed.thresholds().of(FindingId.LISTEN_DROPS));
        assertEquals(Set.of(FindingId.LISTEN_DROPS), changed.thresholds().off());
        assertEquals(changed, live.settings());
        assertEquals(
                List.of("INFO configuration read again, as its file has changed: sampling.interval is now 3s;"
                        + " sampling.cpu_budget is now 2%; findings.listen_drops.threshold is now 7;"
                        + " findings.listen_drops.enabled is now false"),
                log);
        assertEquals(List.of("reloading", "reloaded"), told);
        assertEquals(1, live.status().successes());
        assertEquals(Instant.ofEpochSecond(104), live.status().taken());
        assertNull(later(live), "once is enough");
    }

    @Test
    void takesAFileThatReplacesAnotherAndOneThatComesOrGoes() throws IOException {
        LiveSettings live = open(false);
        assertEquals(SECOND, live.settings().intervals().fastNanos());
        write("sampling: {interval: 2s}");
        assertEquals(2 * SECOND, interval(later(live)));
        Path other = Files.writeString(directory.resolve("new"), "sampling: {interval: 3s}");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file()));
        Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
        assertEquals(3 * SECOND, interval(later(live)), "of the same size and time, and another file");
        Files.delete(file());
        assertEquals(SECOND, interval(later(live)));
    }

    private static long interval(@Nullable Settings settings) {
        assertNotNull(settings);
        return settings.intervals().fastNanos();
    }

    @Test
    void leavesEverythingAsItIsWhenAnythingIsWrong() throws IOException {
        write("sampling: {interval: 2s}");
        LiveSettings live = open(true);
        Settings before = live.settings();
        write("sampling: {interval: 3s}\nfindings: {stuck_after: soon}");
        assertNull(later(live));
        assertNull(later(live));
        assertEquals(before, live.settings());
        assertEquals(1, live.status().failures(), "once for each change");
        assertEquals(0, live.status().successes());
        String problem =
                file() + ":2: findings.stuck_after: \"soon\": write a number with ms, s, m, h or d, from 1s to 1d";
        assertEquals(problem, live.status().problem());
        assertEquals(Instant.ofEpochSecond(100), live.status().taken());
        assertEquals(
                List.of("ERROR configuration read again, as its file has changed, and everything stays as it was: "
                        + problem),
                log);
        assertEquals(List.of("reloading", "reloaded"), told);
        Files.delete(file());
        assertNull(later(live), "it was named, so it must be there");
        assertEquals(2, live.status().failures());
        write("sampling: {interval: 3s}");
        assertEquals(3 * SECOND, interval(later(live)));
        assertNull(live.status().problem());
    }

    @Test
    void readsAgainWhenAskedWhateverTheFile() throws IOException {
        LiveSettings live = open(false);
        live.request();
        Settings same = live.poll();
        assertEquals(live.settings(), same);
        assertNull(live.poll());
        assertEquals(List.of("INFO configuration read again, as was asked for: nothing has changed"), log);
        write("sampling: {interval: 3s}");
        live.request();
        assertEquals(3 * SECOND, interval(live.poll()), "at once");
        assertNull(later(live), "the same change only once");
    }

    @Test
    void saysWhatNeedsARestart() throws IOException {
        LiveSettings live = open(false);
        write("web: {listen_addresses: [':1']}\nsampling: {probe: false, interval: 3s}");
        later(live);
        assertEquals(
                List.of("sampling.probe", "web.listen_addresses"), live.status().needRestart());
        assertEquals(
                "WARNING configuration read again, as its file has changed: sampling.interval is now 3s;"
                        + " sampling.probe needs a restart; web.listen_addresses needs a restart",
                log.get(0));
        write("sampling: {probe: true, interval: 3s}");
        later(live);
        assertEquals(List.of(), live.status().needRestart());
    }

    @Test
    void doesNotTakeAFileThatIsBeingWritten() throws IOException {
        LiveSettings live = open(false);
        for (int i = 0; i < 5; i++) {
            write("sampling: {interval: 3s" + " ".repeat(i));
            nanos += SECOND;
            assertNull(live.poll());
        }
        write("sampling: {interval: 3s}");
        assertEquals(3 * SECOND, interval(later(live)));
        assertEquals(0, live.status().failures());
    }

    @Test
    void doesNotBeginWithAFileThatCannotBeUsed() throws IOException {
        assertThrows(YamlException.class, () -> open(true));
        write("x: y");
        assertThrows(YamlException.class, () -> open(false));
    }
}
