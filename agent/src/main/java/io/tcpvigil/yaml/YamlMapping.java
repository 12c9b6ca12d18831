// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import io.tcpvigil.Nullable;
import io.tcpvigil.text.NearestName;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keys with their values, in the order of the file; no key twice. A key that is not there and a key with nothing behind it are
 * both an empty mapping or list, so that a heading may stand with everything below it commented out; a single value must be
 * there if its key is.
 */
public record YamlMapping(Place place, Map<String, YamlValue> values) implements YamlValue {
    public YamlMapping {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public Set<String> keys() {
        return values.keySet();
    }

    /** What stands behind a key; null if the key is not there. */
    public @Nullable YamlValue get(String key) {
        return values.get(key);
    }

    /**
     * The single value of a key; null if the key is not there.
     *
     * @throws YamlException if it is a list or has keys of its own
     */
    public @Nullable YamlScalar scalar(String key) {
        YamlValue value = values.get(key);
        if (value == null || value instanceof YamlScalar) {
            return (YamlScalar) value;
        }
        throw value.place().error("write a single value");
    }

    /**
     * The keys below a key.
     *
     * @throws YamlException if something else stands there
     */
    public YamlMapping mapping(String key) {
        YamlValue value = values.get(key);
        if (value instanceof YamlMapping mapping) {
            return mapping;
        }
        if (value == null || isNothing(value)) {
            return new YamlMapping(value == null ? place.key(key, place.line()) : value.place(), Map.of());
        }
        throw value.place().error("write keys below it, indented");
    }

    /**
     * The list behind a key.
     *
     * @throws YamlException if something else stands there
     */
    public YamlList list(String key) {
        YamlValue value = values.get(key);
        if (value instanceof YamlList list) {
            return list;
        }
        if (value == null || isNothing(value)) {
            return new YamlList(value == null ? place.key(key, place.line()) : value.place(), List.of());
        }
        throw value.place().error("write a list: one item a line after \"- \", or [a, b]");
    }

    /**
     * Refuses keys that mean nothing.
     *
     * @throws YamlException about the first key that is none of {@code known}, with the nearest of these
     */
    public void allowOnly(Collection<String> known) {
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                throw unknown(key, NearestName.of(key, known), known);
            }
        }
    }

    /** An exception about a key that means nothing; to be thrown by the caller. */
    public YamlException unknown(String key, @Nullable String nearest, Collection<String> known) {
        YamlValue value = values.get(key);
        return (value == null ? place : value.place())
                .error("unknown key" + (nearest == null ? "" : ", did you mean " + nearest + "?") + "; known here: "
                        + String.join(", ", known));
    }

    private static boolean isNothing(YamlValue value) {
        return value instanceof YamlScalar scalar && scalar.isNothing();
    }
}
