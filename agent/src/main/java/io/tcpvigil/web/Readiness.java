// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.report.Report;
import io.tcpvigil.tcp.Coverage;
import io.tcpvigil.text.PlainText;

/**
 * Whether the numbers can be relied on: the last sample is recent and did not fail, and a complete one has been seen. Once
 * that is so, a sample that was cut short does not take it back: the counts say themselves that they are partial.
 *
 * <p>Complete samples are noticed when somebody asks. Thread-safe.
 */
final class Readiness {
    /** How many samples in a row may be missing. */
    private static final int INTERVALS = 3;

    private static final int REASON_LIMIT = 300;

    private final LastSample sample;
    private volatile boolean completeSeen;

    Readiness(LastSample sample) {
        this.sample = sample;
    }

    /** Why the numbers cannot be relied on, in one line; null when they can. */
    @Nullable
    String reason() {
        Report report = sample.report();
        if (report == null) {
            return "no sample has been taken yet";
        }
        Coverage coverage = report.coverage();
        if (coverage.isComplete()) {
            completeSeen = true;
        }
        String stale = staleness(report);
        if (stale != null) {
            return stale;
        }
        return switch (coverage.extent()) {
            case COMPLETE -> null;
            case PARTIAL -> completeSeen ? null : told("the last sample is incomplete: ", coverage);
            case FAILED -> told("the last sample failed: ", coverage);
        };
    }

    /** That the report is older than it may be; null when it is not. */
    @Nullable
    String staleness(Report report) {
        long age = sample.ageNanos(report);
        long interval = sample.intervalNanos().getAsLong();
        if (age <= INTERVALS * interval) {
            return null;
        }
        return "the last sample is " + Durations.text(age) + " old, and one is due every " + Durations.text(interval);
    }

    private static String told(String what, Coverage coverage) {
        return PlainText.oneLine(what + coverage.reason(), REASON_LIMIT);
    }
}
