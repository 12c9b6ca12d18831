// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AcceptHeaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/plain                               | 1",
                "TEXT/Plain ; Q=0.5                       | 0.5",
                "text/plain;version=0.0.4;q=0.3           | 0.3",
                "text/plain;version=\"0.0.4\";q=0.3       | 0.3",
                "text/plain;version=1.0.0                 | 0",
                "text/*;q=0.4, */*;q=0.9                  | 0.4",
                "*/*;q=0.1, text/*;q=0.4, text/plain;q=0  | 0",
                "text/plain;q=0, text/plain;version=0.0.4 | 1",
                "text/plain;q=0.2, text/plain;q=0.7       | 0.7",
                "application/json                         | 0",
                "*/*                                      | 1",
                "textual/plain                            | 0",
                ", ,;;, text/plain;;q=0.8;,               | 0.8",
                "text/plain;q=0.123                       | 0.123",
            })
    void weighsByTheMostSpecificRange(String field, double weight) {
        assertEquals(weight, AcceptHeader.parse(field).mediaType("text/plain", "0.0.4"));
    }

    @ParameterizedTest
    @CsvSource({"q=", "q=2", "q=1.001", "q=-1", "q=.5", "q=0.1234", "q=NaN", "q=0x1", "q=01", "q=1e0"})
    void takesAWeightThatIsNoNumberAsUnwanted(String weight) {
        assertEquals(0, AcceptHeader.parse("text/plain;" + weight).mediaType("text/plain", "0.0.4"));
    }

    @Test
    void weighsNothingForASilentClient() {
        assertEquals(0, AcceptHeader.parse(null).mediaType("text/plain", "0.0.4"));
        assertFalse(AcceptHeader.parse(null).coding("gzip"));
        assertFalse(AcceptHeader.parse("").coding("gzip"));
    }

    @Test
    void findsCodings() {
        assertTrue(AcceptHeader.parse("gzip").coding("gzip"));
        assertTrue(AcceptHeader.parse("deflate, GZIP;q=1.0, *;q=0.5").coding("gzip"));
        assertTrue(AcceptHeader.parse("*").coding("gzip"));
        assertTrue(AcceptHeader.parse("*;q=0, gzip;q=0.001").coding("gzip"));
        assertFalse(AcceptHeader.parse("gzip;q=0").coding("gzip"));
        assertFalse(AcceptHeader.parse("gzip;q=0.000, *").coding("gzip"));
        assertFalse(AcceptHeader.parse("br, x-gzip").coding("gzip"));
    }
}
