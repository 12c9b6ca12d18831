// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import io.tcpvigil.Nullable;
import io.tcpvigil.text.NearestName;
import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlMapping;
import io.tcpvigil.yaml.YamlValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All keys of a configuration, in the order in which people shall see them. */
public final class KeyTable {
    private final List<Key<?>> keys;

    public KeyTable(List<? extends Key<?>> keys) {
        this.keys = List.copyOf(keys);
    }

    public List<Key<?>> keys() {
        return keys;
    }

    /**
     * The value of each key.
     *
     * @param file what stands in the file; null for no file
     * @param flags the words that were given for flags, by the name of the flag
     * @throws YamlException if something in the file is not allowed, even if a flag goes before it
     * @throws IllegalArgumentException if a flag has a value that is not allowed; the message begins with the flag
     */
    public Configuration read(@Nullable YamlMapping file, Map<String, List<String>> flags) {
        Map<String, YamlValue> inFile = new HashMap<>();
        if (file != null) {
            collect(file, "", inFile);
        }
        List<Configuration.Entry<?>> entries = new ArrayList<>();
        for (Key<?> key : keys) {
            entries.add(entry(key, inFile.get(key.name()), flags.getOrDefault(key.flag(), List.of())));
        }
        return new Configuration(entries);
    }

    private static <T> Configuration.Entry<T> entry(Key<T> key, @Nullable YamlValue inFile, List<String> words) {
        T value = key.usual();
        String origin = Configuration.DEFAULT;
        if (inFile != null) {
            value = key.type().read(inFile);
            origin = inFile.place().file() + ":" + inFile.place().line();
        }
        if (!words.isEmpty()) {
            try {
                value = key.type().parse(words);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(key.flag() + " " + wrong.getMessage(), wrong);
            }
            origin = key.flag();
        }
        return new Configuration.Entry<>(key, value, origin);
    }

    /** Walks the file as far as headings go; refuses what is neither heading nor key. */
    private void collect(YamlMapping mapping, String heading, Map<String, YamlValue> found) {
        Set<String> known = namesBelow(heading);
        for (Map.Entry<String, YamlValue> each : mapping.values().entrySet()) {
            String name = heading + each.getKey();
            if (!known.contains(each.getKey())) {
                throw mapping.unknown(each.getKey(), nearest(each.getKey(), known), known);
            }
            if (isKey(name)) {
                found.put(name, each.getValue());
            } else {
                collect(mapping.mapping(each.getKey()), name + ".", found);
            }
        }
    }

    private Set<String> namesBelow(String heading) {
        Set<String> names = new LinkedHashSet<>();
        for (Key<?> key : keys) {
            if (key.name().startsWith(heading)) {
                String rest = key.name().substring(heading.length());
                int dot = rest.indexOf('.');
                names.add(dot < 0 ? rest : rest.substring(0, dot));
            }
        }
        return names;
    }

    private boolean isKey(String name) {
        return keys.stream().anyMatch(key -> key.name().equals(name));
    }

    /** Near in spelling, or the right word under the wrong heading. */
    private @Nullable String nearest(String typed, Set<String> known) {
        String here = NearestName.of(typed, known);
        if (here != null) {
            return here;
        }
        List<String> elsewhere = keys.stream()
                .map(Key::name)
                .filter(name -> name.equals(typed) || name.endsWith("." + typed))
                .toList();
        return elsewhere.size() == 1 ? elsewhere.get(0) : null;
    }
}
