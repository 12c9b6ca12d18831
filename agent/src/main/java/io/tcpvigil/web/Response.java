// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

/**
 * What a request is answered with.
 *
 * @param status the HTTP status
 * @param contentType what the body is
 * @param policy the Content-Security-Policy of the body
 * @param body writes the body
 */
record Response(int status, String contentType, String policy, Rendering.Text body) {
    /** For what is not a page: nothing may be loaded or run. */
    static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

    /** A body that is not a page. */
    static Response of(String contentType, Rendering.Text body) {
        return new Response(200, contentType, NOTHING, body);
    }

    /** One line of text. */
    static Response line(int status, String line) {
        return new Response(status, "text/plain; charset=utf-8", NOTHING, out -> {
            out.write(line);
            out.write('\n');
        });
    }
}
