// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.config.KeyType;
import io.tcpvigil.export.MetricsSettings;
import io.tcpvigil.export.PortGroup;
import io.tcpvigil.yaml.YamlList;
import io.tcpvigil.yaml.YamlMapping;
import io.tcpvigil.yaml.YamlScalar;
import io.tcpvigil.yaml.YamlText;
import io.tcpvigil.yaml.YamlValue;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Names with their ports: {@code web: 80,443,8000-8100}, a line each. */
final class PortGroupsType implements KeyType<List<PortGroup>> {
    @Override
    public String allowed() {
        return "names with ports and ranges, such as {web: \"80,443\", db: \"5432,6000-6100\"}";
    }

    @Override
    public String label() {
        return "GROUPS";
    }

    @Override
    public List<PortGroup> read(YamlValue value) {
        if (value instanceof YamlScalar scalar && scalar.isNothing()) {
            return List.of();
        }
        if (!(value instanceof YamlMapping mapping)) {
            throw value.place().error("write " + allowed());
        }
        List<PortGroup> groups = new ArrayList<>();
        mapping.values().forEach((name, ports) -> groups.add(group(name, ports, groups)));
        return List.copyOf(groups);
    }

    private static PortGroup group(String name, YamlValue value, List<PortGroup> earlier) {
        try {
            PortGroup group = PortGroup.parse(name, ports(value));
            earlier.forEach(each -> MetricsSettings.checkApart(each, group));
            return group;
        } catch (IllegalArgumentException wrong) {
            throw value.place().error(String.valueOf(wrong.getMessage()));
        }
    }

    /** With commas, or as a list. */
    private static String ports(YamlValue value) {
        if (value instanceof YamlScalar scalar) {
            return scalar.text();
        }
        if (value instanceof YamlList list) {
            return list.scalars().stream().map(YamlScalar::text).collect(Collectors.joining(","));
        }
        throw value.place().error("write ports and ranges, such as 80,443,8000-8100");
    }

    @Override
    public List<PortGroup> parse(List<String> words) {
        throw new IllegalArgumentException("is for the file only");
    }

    @Override
    public String write(List<PortGroup> groups) {
        return groups.stream()
                .map(group -> group.name() + ": " + YamlText.scalar(group.ports()))
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
