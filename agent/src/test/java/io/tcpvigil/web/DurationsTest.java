// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 µs",
        "999999, 999 µs",
        "1000000, 1 ms",
        "4250000, 4.2 ms",
        "10900000, 10 ms",
        "999999999, 999 ms",
        "1500000000, 1.5 s",
        "119999999999, 119 s",
        "120000000000, 2 min",
        "7199999999999, 119 min",
        "7200000000000, 2 h"
    })
    void writesAFewDigitsAndAUnit(long nanos, String text) {
        assertEquals(text, Durations.text(nanos));
    }
}
