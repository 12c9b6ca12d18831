// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import io.tcpvigil.yaml.YamlException;
import io.tcpvigil.yaml.YamlValue;
import java.util.List;

/** What the value of a key may be, and how it is written. */
public interface KeyType<T> {
    /** What may be written, to stand behind "write". */
    String allowed();

    /** The same of a flag. */
    default String allowedAsFlag() {
        return allowed();
    }

    /** Whether its flag may be given more than once. */
    default boolean isRepeatable() {
        return false;
    }

    /** One word for it in help texts, such as {@code SPAN}. */
    String label();

    /**
     * Reads what stands in a file.
     *
     * @throws YamlException if that is not allowed
     */
    T read(YamlValue value);

    /**
     * Reads what was given as a flag.
     *
     * @param words one for each time that the flag was given
     * @throws IllegalArgumentException if one of them is not allowed; the message says which, and what is
     */
    T parse(List<String> words);

    /** The value as it may stand in a file, on one line. */
    String write(T value);
}
