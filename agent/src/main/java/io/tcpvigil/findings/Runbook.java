// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.findings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What to do about a finding: the text of {@code grafana/runbooks}, which the build takes into the jar. */
public final class Runbook {
    private static final String FOLDER = "/io/tcpvigil/runbooks/";

    private Runbook() {}

    /** The whole file, as Markdown. */
    public static String text(FindingId id) {
        String file = FOLDER + id.label() + ".md";
        try (InputStream in = Runbook.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }
}
