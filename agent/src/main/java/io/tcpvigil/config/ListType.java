// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.config;

import io.tcpvigil.yaml.YamlList;
import io.tcpvigil.yaml.YamlScalar;
import io.tcpvigil.yaml.YamlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** At least one of a kind; as a flag, each by itself. */
record ListType<T>(SingleType<T> each) implements KeyType<List<T>> {
    @Override
    public String allowed() {
        return "a list, such as [a, b], of " + each.allowed();
    }

    @Override
    public String allowedAsFlag() {
        return each.allowed() + "; may be given more than once";
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public String label() {
        return each.label();
    }

    @Override
    public List<T> read(YamlValue value) {
        if (!(value instanceof YamlList list) || list.items().isEmpty()) {
            throw value.place().error("write " + allowed());
        }
        List<T> read = new ArrayList<>();
        for (YamlScalar item : list.scalars()) {
            read.add(each.read(item));
        }
        return List.copyOf(read);
    }

    @Override
    public List<T> parse(List<String> words) {
        return words.stream().map(each::parse).toList();
    }

    @Override
    public String write(List<T> value) {
        return value.stream().map(each::write).collect(Collectors.joining(", ", "[", "]"));
    }
}
