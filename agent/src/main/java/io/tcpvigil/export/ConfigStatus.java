// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.tcpvigil.Nullable;
import java.time.Instant;
import java.util.List;

/**
 * What became of reading the configuration.
 *
 * @param file where it is looked for
 * @param successes how often it was read again since the start, and taken
 * @param failures how often it was read again and could not be used
 * @param problem what was wrong with it the last time; null when it was taken
 * @param taken when it was last taken, at the start or later
 * @param needRestart the keys with a new value that takes effect only after a restart
 */
public record ConfigStatus(
        String file,
        long successes,
        long failures,
        @Nullable String problem,
        Instant taken,
        List<String> needRestart) {
    public ConfigStatus {
        needRestart = List.copyOf(needRestart);
    }

    /** Read once. */
    public static ConfigStatus atStart(String file, Instant now) {
        return new ConfigStatus(file, 0, 0, null, now, List.of());
    }

    /** Read again, and taken. */
    public ConfigStatus succeeded(Instant now, List<String> keysThatNeedRestart) {
        return new ConfigStatus(file, successes + 1, failures, null, now, keysThatNeedRestart);
    }

    /** Read again, and not taken. */
    public ConfigStatus failed(String reason) {
        return new ConfigStatus(file, successes, failures + 1, reason, taken, needRestart);
    }
}
