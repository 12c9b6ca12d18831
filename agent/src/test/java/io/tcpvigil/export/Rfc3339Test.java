// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class Rfc3339Test {
    @ParameterizedTest
    @CsvSource({
        "2026-01-31T12:00:00Z, 2026-01-31T12:00:00.000Z",
        "2026-12-05T23:59:59.999999999Z, 2026-12-05T23:59:59.999Z",
        "2028-02-29T01:02:03.045678Z, 2028-02-29T01:02:03.045Z",
        "1969-12-31T23:59:59.5Z, 1969-12-31T23:59:59.500Z"
    })
    void writesMillisecondsInUtc(Instant time, String text) {
        assertEquals(text, Rfc3339.utc(time));
    }
}
