// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    private static final List<String> NAMES = List.of("listen_addresses", "telemetry_path", "full", "fast");

    @ParameterizedTest
    @CsvSource({
        "listen_adresses, listen_addresses",
        "Listen-Addresses, listen_addresses",
        "listenaddress, listen_addresses",
        "telemerty_path, telemetry_path",
        "ful, full",
        "afst, fast",
    })
    void findsWhatWasMeant(String typed, String meant) {
        assertEquals(meant, NearestName.of(typed, NAMES));
    }

    @Test
    void findsNothingThatIsFarAway() {
        assertNull(NearestName.of("probe", NAMES));
        assertNull(NearestName.of("", NAMES));
        assertNull(NearestName.of("f", NAMES));
        assertNull(NearestName.of("x".repeat(1_000_000), NAMES));
        assertNull(NearestName.of("full", List.of()));
    }
}
