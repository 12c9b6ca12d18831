// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.util.concurrent.TimeUnit;

/**
 * What clients may take together and each by itself.
 *
 * @param connections at a time. For a further one, the connection gives way that has kept the server waiting for longest
 * @param heavyAnswers being made or sent at a time, of those that {@link Handler#isHeavy} counts
 * @param headBytes of a request
 * @param heldBytes of answers that clients have not taken yet. Beyond, the slowest give way
 * @param requestNanos from the first byte of a request to its last; the TLS handshake is part of the first
 * @param answerNanos from the end of the request until the answer has been taken
 * @param idleNanos for which a connection is kept for another request
 * @param graceNanos that a client may take to take its answer before it gives way
 */
public record Limits(
        int connections,
        int heavyAnswers,
        int headBytes,
        long heldBytes,
        long requestNanos,
        long answerNanos,
        long idleNanos,
        long graceNanos) {

    /** For metrics and pages: 1024 connections, 16 KiB, 5 s for a request, 30 s for an answer. */
    public static Limits usual(int heavyAnswers) {
        return new Limits(
                1024,
                heavyAnswers,
                16 * 1024,
                32 * 1024 * 1024,
                TimeUnit.SECONDS.toNanos(5),
                TimeUnit.SECONDS.toNanos(30),
                // Longer than a minute, the longest usual interval between two scrapes.
                TimeUnit.SECONDS.toNanos(75),
                TimeUnit.SECONDS.toNanos(1));
    }
}
