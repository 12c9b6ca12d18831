// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

/** A request that no {@link Handler} gets to see. The message says what is wrong with it. */
final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String problem;

    BadRequestException(int status, String problem) {
        super(problem, null, false, false);
        this.status = status;
        this.problem = problem;
    }

    Answer answer() {
        return Answer.line(status, problem);
    }
}
