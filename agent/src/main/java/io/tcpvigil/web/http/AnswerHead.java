// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The head of an answer: the status line and all fields. */
final class AnswerHead {
    private static final Map<Integer, String> REASONS = Map.ofEntries(
            Map.entry(200, "OK"),
            Map.entry(400, "Bad Request"),
            Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"),
            Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"),
            Map.entry(429, "Too Many Requests"),
            Map.entry(431, "Request Header Fields Too Large"),
            Map.entry(500, "Internal Server Error"),
            Map.entry(503, "Service Unavailable"),
            Map.entry(505, "HTTP Version Not Supported"));

    private AnswerHead() {}

    /** As sent at that time; a value that would end its line is cut there. */
    static byte[] bytes(Answer answer, boolean keep, String date) {
        StringBuilder text = new StringBuilder(512);
        // A reason is for people only and may be empty, its blank may not.
        text.append("HTTP/1.1 ").append(answer.status()).append(' ');
        text.append(REASONS.getOrDefault(answer.status(), "")).append("\r\n");
        answer.fields().forEach((name, value) -> field(text, name, value));
        field(text, "Content-Length", Integer.toString(answer.body().length));
        field(text, "Date", date);
        field(text, "Connection", keep ? "keep-alive" : "close");
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(name).append(": ");
        for (int i = 0; i < value.length() && (value.charAt(i) >= ' ' || value.charAt(i) == '\t'); i++) {
            text.append(value.charAt(i));
        }
        text.append("\r\n");
    }
}
