// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.grafana;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** As much of JSON schema as the one of Grafana's dashboards is written in; anything else in it is refused. */
final class JsonSchema {
    private static final Set<String> KNOWN = Set.of(
            "$comment",
            "$schema",
            "definitions",
            "$ref",
            "type",
            "const",
            "enum",
            "anyOf",
            "properties",
            "required",
            "additionalProperties",
            "items");

    private final JsonObject root;

    JsonSchema(JsonObject root) {
        this.root = root;
    }

    /** What is wrong with a document, one line each; nothing when it fits. */
    List<String> check(JsonElement document) {
        List<String> wrong = new ArrayList<>();
        check(root, document, "", wrong);
        return wrong;
    }

    private void check(JsonObject schema, JsonElement value, String path, List<String> wrong) {
        for (String keyword : schema.keySet()) {
            if (!KNOWN.contains(keyword)) {
                throw new IllegalStateException("the schema has the unknown keyword " + keyword);
            }
        }
        if (schema.has("$ref")) {
            String name = schema.get("$ref").getAsString().replace("#/definitions/", "");
            check(root.getAsJsonObject("definitions").getAsJsonObject(name), value, path, wrong);
        }
        if (schema.has("type") && !isOfType(schema.get("type"), value)) {
            wrong.add(path + " is not of type " + schema.get("type"));
        }
        if (schema.has("const") && !schema.get("const").equals(value)) {
            wrong.add(path + " is not " + schema.get("const"));
        }
        if (schema.has("enum") && !schema.getAsJsonArray("enum").contains(value)) {
            wrong.add(path + " is none of " + schema.get("enum"));
        }
        if (schema.has("anyOf")) {
            checkAnyOf(schema.getAsJsonArray("anyOf"), value, path, wrong);
        }
        if (value instanceof JsonObject object) {
            checkMembers(schema, object, path, wrong);
        }
        if (value instanceof JsonArray array && schema.get("items") instanceof JsonObject items) {
            for (int i = 0; i < array.size(); i++) {
                check(items, array.get(i), path + "/" + i, wrong);
            }
        }
    }

    /** Tells of the one that fits best. */
    private void checkAnyOf(JsonArray choices, JsonElement value, String path, List<String> wrong) {
        List<String> least = List.of(path + " has nothing to choose from");
        for (int i = 0; i < choices.size(); i++) {
            List<String> here = new ArrayList<>();
            check(choices.get(i).getAsJsonObject(), value, path, here);
            if (here.isEmpty()) {
                return;
            }
            least = i == 0 || here.size() < least.size() ? here : least;
        }
        wrong.addAll(least);
    }

    private void checkMembers(JsonObject schema, JsonObject object, String path, List<String> wrong) {
        if (schema.has("required")) {
            for (JsonElement name : schema.getAsJsonArray("required")) {
                if (!object.has(name.getAsString())) {
                    wrong.add(path + " lacks " + name.getAsString());
                }
            }
        }
        JsonObject properties = schema.has("properties") ? schema.getAsJsonObject("properties") : new JsonObject();
        JsonElement others = schema.get("additionalProperties");
        for (Map.Entry<String, JsonElement> member : object.entrySet()) {
            String below = path + "/" + member.getKey();
            if (properties.has(member.getKey())) {
                check(properties.getAsJsonObject(member.getKey()), member.getValue(), below, wrong);
            } else if (others instanceof JsonObject other) {
                check(other, member.getValue(), below, wrong);
            } else if (others != null && !others.getAsBoolean()) {
                wrong.add(below + " is unknown");
            }
        }
    }

    private static boolean isOfType(JsonElement types, JsonElement value) {
        if (types instanceof JsonArray all) {
            for (JsonElement each : all) {
                if (isOfType(each, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (types.getAsString()) {
            case "object" -> value.isJsonObject();
            case "array" -> value.isJsonArray();
            case "null" -> value.isJsonNull();
            case "string" -> value instanceof JsonPrimitive primitive && primitive.isString();
            case "number" -> value instanceof JsonPrimitive primitive && primitive.isNumber();
            case "boolean" -> value instanceof JsonPrimitive primitive && primitive.isBoolean();
            default -> throw new IllegalStateException("the schema has the unknown type " + types);
        };
    }
}
