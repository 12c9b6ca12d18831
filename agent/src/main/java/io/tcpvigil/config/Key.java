// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

/**
 * One key of a configuration.
 *
 * @param name with the keys above it, such as {@code web.telemetry_path}
 * @param flag the long flag that goes before the file, such as {@code --web.telemetry-path}; empty for none
 * @param usual the default
 * @param help what it does: whole sentences for people; empty where the name says all
 * @param live whether a change takes effect without a restart
 */
public record Key<T>(String name, String flag, KeyType<T> type, T usual, String help, boolean live) {
    /** The default as it may stand in a file. */
    public String usualText() {
        return type.write(usual);
    }

    /**
     * What it does and what may be written.
     *
     * @param allowed as the type says it; left out where true and false are all there is
     */
    public String description(String allowed) {
        return usual instanceof Boolean ? help : help + " Write " + allowed + ".";
    }

    /** The name below the last heading. */
    public String lastName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
