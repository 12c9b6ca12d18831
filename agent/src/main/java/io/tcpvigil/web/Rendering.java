// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.web.http.Answer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Writes a response into the answer to be sent. */
final class Rendering {
    private Rendering() {}

    static Answer of(Response response, boolean gzip) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 * 1024);
        try (OutputStream coded = gzip ? new GZIPOutputStream(bytes) : bytes;
                Writer out = new OutputStreamWriter(coded, StandardCharsets.UTF_8)) {
            response.body().writeTo(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory", impossible);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Content-Type", response.contentType());
        fields.put("Content-Security-Policy", response.policy());
        if (gzip) {
            fields.put("Content-Encoding", "gzip");
        }
        return new Answer(response.status(), fields, bytes.toByteArray());
    }
}
