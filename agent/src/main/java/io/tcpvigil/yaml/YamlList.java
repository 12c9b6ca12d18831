// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.yaml;

import java.util.ArrayList;
import java.util.List;

/** Items in their order. */
public record YamlList(Place place, List<YamlValue> items) implements YamlValue {
    public YamlList {
        items = List.copyOf(items);
    }

    /**
     * All items, each a single value.
     *
     * @throws YamlException if one is a list or has keys of its own
     */
    public List<YamlScalar> scalars() {
        List<YamlScalar> scalars = new ArrayList<>();
        for (YamlValue item : items) {
            if (!(item instanceof YamlScalar scalar)) {
                throw item.place().error("write a single value for each item");
            }
            scalars.add(scalar);
        }
        return scalars;
    }
}
