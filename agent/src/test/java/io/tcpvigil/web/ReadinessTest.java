// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tcpvigil.Nullable;
import io.tcpvigil.export.Samples;
import io.tcpvigil.report.Report;
import org.junit.jupiter.api.Test;

final class ReadinessTest {
    private static final long SECOND = 1_000_000_000L;

    private @Nullable Report report;
    private long nanos = Samples.TAKEN_NANOS;
    private final Readiness readiness = new Readiness(new LastSample(() -> report, () -> nanos, () -> 15 * SECOND));

    @Test
    void waitsForTheFirstSample() {
        assertEquals("no sample has been taken yet", readiness.reason());
        report = Samples.report();
        assertNull(readiness.reason());
    }

    @Test
    void waitsForACompleteSample() {
        report = Samples.partial("ENOBUFS");
        assertEquals("the last sample is incomplete: ENOBUFS", readiness.reason());
        report = Samples.report();
        assertNull(readiness.reason());
        report = Samples.partial("ENOBUFS");
        assertNull(readiness.reason());
    }

    @Test
    void isTakenBackByAFailure() {
        report = Samples.report();
        assertNull(readiness.reason());
        report = Samples.failed("EPERM\nsecond line");
        assertEquals("the last sample failed: EPERM\uFFFDsecond line", readiness.reason());
    }

    @Test
    void isTakenBackWhenThreeSamplesAreMissing() {
        report = Samples.report();
        nanos += 45 * SECOND;
        assertNull(readiness.reason());
        nanos++;
        assertEquals("the last sample is 45 s old, and one is due every 15 s", readiness.reason());
    }

    @Test
    void neverMissesASampleFromTheFuture() {
        report = Samples.report();
        nanos -= 100 * SECOND;
        assertNull(readiness.reason());
    }
}
