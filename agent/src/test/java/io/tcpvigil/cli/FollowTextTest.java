// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FollowTextTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0us",
        "999, 0us",
        "12345, 12us",
        "999999, 999us",
        "1000000, 1.0ms",
        "123456789, 123.4ms",
        "1234567890, 1.2s",
        "119999999999, 119.9s",
        "120000000000, 2m",
        "7200000000000, 2h"
    })
    void writesSpansForPeople(long nanos, String text) {
        assertEquals(text, FollowText.span(nanos));
    }
}
