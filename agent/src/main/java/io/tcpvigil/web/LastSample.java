// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.report.Report;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The last published report and what is needed to say how old it is.
 *
 * @param reports gives the report; null before the first
 * @param nanoClock the monotonic clock that {@link Report#takenNanos} was read from
 * @param intervalNanos how often a report is due at present
 */
public record LastSample(Supplier<@Nullable Report> reports, LongSupplier nanoClock, LongSupplier intervalNanos) {

    @Nullable
    Report report() {
        return reports.get();
    }

    /** Nanoseconds since the sample was begun. */
    long ageNanos(Report report) {
        return Math.max(0, nanoClock.getAsLong() - report.takenNanos());
    }
}
