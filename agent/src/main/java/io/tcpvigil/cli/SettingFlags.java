// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.agent.SettingKeys;
import io.tcpvigil.agent.SettingsSource;
import io.tcpvigil.config.Key;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The flags that go before the configuration file, made from the table of keys, and the flag that names the file. */
final class SettingFlags {
    private static final String CONFIG = "--config";

    private SettingFlags() {}

    /** Gives a command all of them. */
    static void addTo(CommandSpec command) {
        command.addOption(OptionSpec.builder(CONFIG, "--config.file")
                .paramLabel("FILE")
                .type(Path.class)
                .description("The configuration file; flags go before what it says. Default: "
                        + SettingsSource.USUAL_FILE + ", if there is one.")
                .build());
        for (Key<?> key : SettingKeys.TABLE.keys()) {
            if (!key.flag().isEmpty()) {
                command.addOption(option(key));
            }
        }
    }

    private static OptionSpec option(Key<?> key) {
        // picocli takes descriptions for formats.
        String description =
                (key.description(key.type().allowedAsFlag()) + " Default: " + usual(key) + ".").replace("%", "%%");
        OptionSpec.Builder option = OptionSpec.builder(key.flag()).description(description);
        if (key.usual() instanceof Boolean) {
            return option.type(boolean.class)
                    .negatable(true)
                    .defaultValue(key.usualText())
                    .fallbackValue("true")
                    .build();
        }
        option.paramLabel(key.type().label());
        return key.type().isRepeatable()
                ? option.type(List.class).auxiliaryTypes(String.class).build()
                : option.type(String.class).build();
    }

    private static String usual(Key<?> key) {
        return key.usual() instanceof List<?> list
                ? String.join(", ", list.stream().map(String::valueOf).toList())
                : key.usualText();
    }

    /** The file and the flags that a user gave. */
    static SettingsSource source(ParseResult given) {
        Map<String, List<String>> flags = new HashMap<>();
        for (Key<?> key : SettingKeys.TABLE.keys()) {
            if (!key.flag().isEmpty() && given.hasMatchedOption(key.flag())) {
                flags.put(key.flag(), words(given.matchedOption(key.flag()).getValue()));
            }
        }
        return SettingsSource.of(given.matchedOptionValue(CONFIG, null), flags);
    }

    private static List<String> words(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(value.toString());
    }
}
