// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ErrorLogTest {
    private final List<String> lines = new ArrayList<>();
    private final ErrorLog errors = new ErrorLog(lines::add);

    private static IllegalStateException error(String message) {
        return new IllegalStateException(message);
    }

    @Test
    void tellsEachDistinctErrorOnceAndCountsAll() {
        for (int i = 0; i < 3; i++) {
            errors.record("/metrics", error("number " + i));
            errors.record("/", new IllegalArgumentException("other"));
        }
        assertEquals(6, errors.count());
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("web: /metrics: java.lang.IllegalStateException: number 0 at io.tcpvigil"));
    }

    @Test
    void staysInOneLine() {
        errors.record("/", error("a\nb\u001b"));
        assertTrue(lines.get(0).contains("a\uFFFDb\uFFFD"), lines.get(0));
    }

    @Test
    void stopsTellingWhenErrorsKeepDiffering() {
        for (int i = 0; i < 1000; i++) {
            errors.record("identity " + i, "line");
        }
        assertEquals(1000, errors.count());
        assertEquals(64, lines.size());
    }
}
