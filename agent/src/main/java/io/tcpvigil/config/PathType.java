// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import io.tcpvigil.yaml.YamlValue;
import java.nio.file.Path;
import java.util.List;

/**
 * The path of a file, or nothing. What a file says is relative to that file, what a flag says to where the program was started: a
 * service is started elsewhere than its administrator checks the file.
 */
record PathType(SingleType<String> text) implements KeyType<String> {
    static final PathType FILE = new PathType(
            new SingleType<>("FILE", "the path of a file, or nothing in quotes", text -> text, text -> text));

    @Override
    public String allowed() {
        return text.allowed();
    }

    @Override
    public String label() {
        return text.label();
    }

    @Override
    public String read(YamlValue value) {
        String path = text.read(value);
        return path.isEmpty()
                ? path
                : Path.of(value.place().file()).resolveSibling(path).toString();
    }

    @Override
    public String parse(List<String> words) {
        return text.parse(words);
    }

    @Override
    public String write(String value) {
        return text.write(value);
    }
}
