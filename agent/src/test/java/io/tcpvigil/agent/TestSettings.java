// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Settings for tests that have no file. */
final class TestSettings {
    /** For whom nothing follows from a reload. */
    static final LiveSettings.Observer NOBODY = new LiveSettings.Observer() {
        @Override
        public void reloading() {}

        @Override
        public void reloaded() {}
    };

    private TestSettings() {}

    /** Every so many milliseconds, whatever it costs. */
    static LiveSettings every(int fastMillis, int fullMillis) {
        return new LiveSettings(
                source(Path.of("/proc/none"), fastMillis, fullMillis),
                (priority, line) -> {},
                NOBODY,
                InstantSource.system(),
                System::nanoTime);
    }

    /** The same, with a file that need not be there. */
    static SettingsSource source(Path file, int fastMillis, int fullMillis) {
        return new SettingsSource(
                file,
                false,
                Map.of(
                        "--interval", List.of(fastMillis + "ms"),
                        "--full-interval", List.of(fullMillis + "ms"),
                        "--cpu-budget", List.of("100")));
    }
}
