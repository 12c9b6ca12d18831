// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.tcpvigil.Nullable;
import java.util.Map;

/** Short ways to JSON trees. */
final class Json {
    private Json() {}

    /** An object of names and values by turns; a value is a tree, a text, a number, a boolean or null. */
    static JsonObject object(@Nullable Object... namesAndValues) {
        JsonObject object = new JsonObject();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.add(String.valueOf(namesAndValues[i]), element(namesAndValues[i + 1]));
        }
        return object;
    }

    static JsonArray array(Object... values) {
        JsonArray array = new JsonArray();
        for (Object value : values) {
            array.add(element(value));
        }
        return array;
    }

    private static JsonElement element(@Nullable Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof JsonElement tree) {
            return tree;
        }
        if (value instanceof Number number) {
            return new JsonPrimitive(number);
        }
        return value instanceof Boolean truth ? new JsonPrimitive(truth) : new JsonPrimitive(value.toString());
    }

    /** What holds for the series of one name only. */
    static JsonObject override(String series, String property, Object value) {
        return object(
                "matcher",
                object("id", "byName", "options", series),
                "properties",
                array(object("id", property, "value", value)));
    }

    static JsonObject parse(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    /** As it is committed. */
    static String text(JsonObject tree) {
        return new GsonBuilder()
                        .setPrettyPrinting()
                        .disableHtmlEscaping()
                        .serializeNulls()
                        .create()
                        .toJson(tree)
                + "\n";
    }

    /** Lays the members of {@code extra} over those of {@code base}, level by level. */
    static void merge(JsonObject base, JsonObject extra) {
        for (Map.Entry<String, JsonElement> each : extra.entrySet()) {
            JsonElement old = base.get(each.getKey());
            if (old instanceof JsonObject below && each.getValue() instanceof JsonObject more) {
                merge(below, more);
            } else {
                base.add(each.getKey(), each.getValue());
            }
        }
    }
}
