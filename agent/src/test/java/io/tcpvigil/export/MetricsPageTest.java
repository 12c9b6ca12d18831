// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MetricsPageTest {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Prometheus 2.42, then 3.x.
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                        + "application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,"
                        + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                "application/openmetrics-text",
            })
    void givesOpenMetricsToWhoPrefersIt(String accept) {
        assertEquals(OPEN_METRICS, MetricsPage.contentType(accept));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*/*",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "application/openmetrics-text;version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.5",
                "application/openmetrics-text;q=0",
                "application/openmetrics-text;version=2.0.0",
                "application/json",
            })
    void givesTextToAllOthers(String accept) {
        assertEquals(TEXT, MetricsPage.contentType(accept));
    }

    @Test
    void givesTextToWhoSaysNothing() {
        assertEquals(TEXT, MetricsPage.contentType(null));
    }
}
