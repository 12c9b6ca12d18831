// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import io.tcpvigil.config.Configuration;
import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlFile;
import io.tcpvigil.yaml.YamlMapping;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where the settings come from: flags, before a file, before defaults. Read as often as one likes; the flags stay.
 *
 * @param file its path
 * @param required whether it must be there: somebody has named it
 * @param flags the words given for each flag
 */
public record SettingsSource(Path file, boolean required, Map<String, List<String>> flags) {
    /** Where the file is looked for when none is named. */
    public static final Path USUAL_FILE = Path.of("/etc/tcpvigil/tcpvigil.yml");

    /**
     * From the file that was named, or else the usual one.
     *
     * @param named null for none
     */
    public static SettingsSource of(@Nullable Path named, Map<String, List<String>> flags) {
        return new SettingsSource(named == null ? USUAL_FILE : named, named != null, flags);
    }

    /**
     * Reads the file and puts all together.
     *
     * @throws YamlException if the file cannot be used
     * @throws IllegalArgumentException if a flag has a wrong value
     */
    public Configuration read() {
        YamlMapping inFile = required || Files.exists(file) ? YamlFile.read(file) : null;
        Configuration read = SettingKeys.TABLE.read(inFile, flags);
        // Whoever asks for an interval longer than the other wants no more full samples than that.
        long interval = read.get(SettingKeys.INTERVAL);
        return read.get(SettingKeys.FULL_INTERVAL) >= interval
                ? read
                : read.with(SettingKeys.FULL_INTERVAL, interval, "at least " + SettingKeys.INTERVAL.name());
    }
}
