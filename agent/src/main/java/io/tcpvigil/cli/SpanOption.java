// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import io.tcpvigil.tcp.Span;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads options that are spans of time. */
final class SpanOption {
    private SpanOption() {}

    /**
     * Milliseconds from {@code least} to {@code most}.
     *
     * @throws ParameterException if they are not
     */
    static long millis(CommandSpec command, String option, String text, long least, long most) {
        long millis = Span.parseMillis(text);
        if (millis < least || millis > most) {
            throw new ParameterException(
                    command.commandLine(),
                    option + " " + text + ": " + Span.ALLOWED + ", from " + Span.text(least) + " to "
                            + Span.text(most));
        }
        return millis;
    }
}
