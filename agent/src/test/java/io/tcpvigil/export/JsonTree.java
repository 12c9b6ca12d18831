// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;

/** Looks up one value in a JSON document by its path. */
public final class JsonTree {
    /** What {@link #at} gives for a null that is there. */
    public static final String NULL = "null";

    /** What {@link #at} gives for something that is not there. */
    public static final String ABSENT = "absent";

    private JsonTree() {}

    /** The number, text or boolean at {@code path} (names and positions) as it is written. */
    public static String at(String document, Object... path) throws IOException {
        try (JsonReader json = new JsonReader(new StringReader(document))) {
            for (Object step : path) {
                if (!enter(json, step)) {
                    return ABSENT;
                }
            }
            return value(json);
        }
    }

    private static boolean enter(JsonReader json, Object step) throws IOException {
        if (step instanceof Integer position) {
            json.beginArray();
            for (int i = 0; i < position && json.hasNext(); i++) {
                json.skipValue();
            }
            return json.hasNext();
        }
        json.beginObject();
        while (json.hasNext()) {
            if (json.nextName().equals(step)) {
                return true;
            }
            json.skipValue();
        }
        return false;
    }

    private static String value(JsonReader json) throws IOException {
        return switch (json.peek()) {
            case NULL -> NULL;
            case BOOLEAN -> Boolean.toString(json.nextBoolean());
            case BEGIN_ARRAY -> "[";
            case BEGIN_OBJECT -> "{";
            case STRING, NUMBER -> json.nextString();
            case END_ARRAY, END_OBJECT, END_DOCUMENT, NAME -> ABSENT;
        };
    }

    /** Reads the document to its end and throws when it is not one whole document. */
    public static void check(String document) throws IOException {
        try (JsonReader json = new JsonReader(new StringReader(document))) {
            json.skipValue();
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new IOException("more than one document");
            }
        }
    }
}
