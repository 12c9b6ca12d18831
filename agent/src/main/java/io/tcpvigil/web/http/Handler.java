// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.util.function.Consumer;

/** Answers requests. All methods are called by the thread that serves all clients, and must not make it wait. */
public interface Handler {
    /** Whether the answer to this request takes one of the places that are limited in number. */
    boolean isHeavy(Request request);

    /**
     * Answers a request.
     *
     * @param reply takes the answer, now or later, once, from any thread
     */
    void handle(Request request, Consumer<Answer> reply);

    /** Completes an answer that the server gives itself: to what it cannot read, or has no place for. */
    Answer dress(Answer bare);
}
