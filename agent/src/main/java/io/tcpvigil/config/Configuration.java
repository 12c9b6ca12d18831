// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import io.tcpvigil.yaml.YamlException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value for each key, and where it came from. Immutable. */
public final class Configuration {
    /** Where a value came from that nobody gave. */
    public static final String DEFAULT = "default";

    private final Map<String, Entry<?>> entries;

    /**
     * One value.
     *
     * @param origin the flag, {@code FILE:LINE} or {@link #DEFAULT}
     */
    public record Entry<T>(Key<T> key, T value, String origin) {
        /** As it may stand in a file, on one line. */
        public String text() {
            return key.type().write(value);
        }
    }

    Configuration(List<Entry<?>> entries) {
        Map<String, Entry<?>> byName = new LinkedHashMap<>();
        entries.forEach(entry -> byName.put(entry.key().name(), entry));
        this.entries = byName;
    }

    /** All of them, in the order of the table. */
    public List<Entry<?>> entries() {
        return List.copyOf(entries.values());
    }

    /** The value of a key of the table. */
    public <T> T get(Key<T> key) {
        return entry(key).value();
    }

    /** Where that came from. */
    public String origin(Key<?> key) {
        return entry(key).origin();
    }

    /**
     * An exception about a value that only its use shows to be wrong, like those of {@link KeyTable#read}; to be thrown by the
     * caller.
     *
     * @return IllegalArgumentException for what a flag says, else YamlException
     */
    public RuntimeException wrong(Key<?> key, String problem) {
        String origin = origin(key);
        return origin.equals(key.flag())
                ? new IllegalArgumentException(origin + " " + problem)
                : new YamlException(origin + ": " + key.name() + ": " + problem, null);
    }

    // The table makes each entry with the type of its key.
    @SuppressWarnings("unchecked")
    private <T> Entry<T> entry(Key<T> key) {
        Entry<?> entry = entries.get(key.name());
        if (entry == null) {
            throw new IllegalArgumentException("no key " + key.name() + " in this table");
        }
        return (Entry<T>) entry;
    }

    /** The same with another value, such as one that follows from others. */
    public <T> Configuration with(Key<T> key, T value, String origin) {
        List<Entry<?>> changed = new ArrayList<>(entries.values());
        changed.set(changed.indexOf(entry(key)), new Entry<>(key, value, origin));
        return new Configuration(changed);
    }

    /** Those of this configuration that have other values in {@code before}. */
    public List<Entry<?>> changedSince(Configuration before) {
        return entries.values().stream()
                .filter(entry -> !before.entry(entry.key()).value().equals(entry.value()))
                .<Entry<?>>map(entry -> entry)
                .toList();
    }
}
