// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonValuesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 9, 0",
        "1, 9, 0.000000001",
        "4200000, 9, 0.0042",
        "1000000000, 9, 1",
        "60000, 3, 60",
        "60010, 3, 60.01",
        "14168, 6, 0.014168",
        "100, 0, 100",
        "9223372036854775807, 9, 9223372036.854775807"
    })
    void writesFractionsAsPlainDecimals(long units, int scale, String text) {
        assertEquals(text, JsonValues.decimal(units, scale));
    }

    @Test
    void agreesWithBigDecimal() {
        long seed = 20261120;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 10_000; i++) {
            long units = random.nextLong() >>> random.nextInt(1, 64);
            int scale = random.nextInt(0, 12);
            BigDecimal expected = BigDecimal.valueOf(units, scale);
            assertEquals(0, expected.compareTo(new BigDecimal(JsonValues.decimal(units, scale))), "seed " + seed);
        }
    }

    @Test
    void writesUnknownNumbersAsNull() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.beginObject();
            JsonValues.known(json, "a", -1);
            JsonValues.known(json, "b", 0);
            JsonValues.decimal(json, "c", -1, 3);
            JsonValues.decimal(json, "d", 0, 3);
            json.endObject();
        }
        assertEquals("{\"a\":null,\"b\":0,\"c\":null,\"d\":0}", text.toString());
    }
}
