// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import com.sun.net.httpserver.HttpExchange;
import io.tcpvigil.Nullable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * The body of one answer. Up to {@value #HELD_BYTES} bytes are held back and then sent with their length, so that an error
 * on the way can still become another answer; a larger body goes out in chunks as it is made and is never whole in memory.
 */
final class ResponseStream extends OutputStream {
    private static final int HELD_BYTES = 64 * 1024;

    private final HttpExchange exchange;
    private final int status;
    private final boolean head;
    private ByteArrayOutputStream held = new ByteArrayOutputStream(8 * 1024);
    private @Nullable OutputStream chunks;
    private boolean begun;

    ResponseStream(HttpExchange exchange, int status) {
        this.exchange = exchange;
        this.status = status;
        this.head = exchange.getRequestMethod().equals("HEAD");
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (!begun && held.size() + length > HELD_BYTES) {
            beginChunks();
        }
        if (!begun) {
            held.write(bytes, offset, length);
        } else if (chunks != null) {
            chunks.write(bytes, offset, length);
        }
    }

    private void beginChunks() throws IOException {
        begun = true;
        if (head) {
            // The length is not known and need not be told (RFC 9110 section 9.3.2).
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, 0);
            OutputStream body = exchange.getResponseBody();
            held.writeTo(body);
            chunks = body;
        }
        held = new ByteArrayOutputStream(0);
    }

    /** Does nothing: what closes the writers above cannot tell whether the body is whole; {@link #finish} is for that. */
    @Override
    public void close() {}

    /** Sends what is left: the body is whole. */
    void finish() throws IOException {
        if (chunks != null) {
            chunks.close();
        } else if (!begun) {
            begun = true;
            if (head) {
                exchange.getResponseHeaders().set("Content-Length", Integer.toString(held.size()));
                exchange.sendResponseHeaders(status, -1);
            } else {
                exchange.sendResponseHeaders(status, held.size() == 0 ? -1 : held.size());
                // Closed before the exchange is: that would first wait for the rest of the request's body.
                try (OutputStream body = exchange.getResponseBody()) {
                    held.writeTo(body);
                }
            }
        }
    }
}
