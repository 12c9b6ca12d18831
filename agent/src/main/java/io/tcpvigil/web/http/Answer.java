// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer as a whole. The server adds its length, the date and whether the connection is kept, and leaves out the body
 * when the request was HEAD.
 *
 * @param body not to be changed; many clients may be sent the same
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on as it is, never compared.
public record Answer(int status, Map<String, String> fields, byte[] body) {

    /** One line of text. */
    public static Answer line(int status, String line) {
        return new Answer(
                status,
                Map.of("Content-Type", "text/plain; charset=utf-8"),
                (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** The same with one more field, which replaces one of that name. */
    public Answer with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Answer(status, more, body);
    }
}
