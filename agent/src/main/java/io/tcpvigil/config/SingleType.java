// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import io.tcpvigil.Nullable;
import io.tcpvigil.yaml.YamlScalar;
import io.tcpvigil.yaml.YamlText;
import io.tcpvigil.yaml.YamlValue;
import java.util.List;
import java.util.function.Function;

/**
 * A single value, which is read from text.
 *
 * @param reading gives null for what is not allowed
 * @param writing the opposite
 */
record SingleType<T>(String label, String allowed, Function<String, @Nullable T> reading, Function<T, String> writing)
        implements KeyType<T> {
    @Override
    public T read(YamlValue value) {
        if (!(value instanceof YamlScalar scalar)) {
            throw value.place().error("write " + allowed);
        }
        @Nullable T read = scalar.isNothing() ? null : reading.apply(scalar.content());
        if (read == null) {
            throw scalar.wrong(allowed);
        }
        return read;
    }

    @Override
    public T parse(List<String> words) {
        // Where a flag is given twice, the last counts, as usual.
        return parse(words.get(words.size() - 1));
    }

    T parse(String word) {
        @Nullable T read = reading.apply(word);
        if (read == null) {
            throw new IllegalArgumentException(word + ": write " + allowed);
        }
        return read;
    }

    @Override
    public String write(T value) {
        return YamlText.scalar(writing.apply(value));
    }
}
