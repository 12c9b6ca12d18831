// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tcpvigil.Nullable;
import org.junit.jupiter.api.Test;

final class HttpServerLimitsTest {
    private static final String REQUEST_TIME = "sun.net.httpserver.maxReqTime";

    @Test
    void setsLimits() {
        HttpServerLimits.apply();
        assertEquals("5", System.getProperty(REQUEST_TIME));
        assertEquals("true", System.getProperty("sun.net.httpserver.nodelay"));
        assertEquals("64", System.getProperty("jdk.httpserver.maxConnections"));
    }

    @Test
    void leavesToTheUserWhatTheUserHasSet() {
        @Nullable String before = System.getProperty(REQUEST_TIME);
        System.setProperty(REQUEST_TIME, "7");
        try {
            HttpServerLimits.apply();
            assertEquals("7", System.getProperty(REQUEST_TIME));
        } finally {
            if (before == null) {
                System.clearProperty(REQUEST_TIME);
            } else {
                System.setProperty(REQUEST_TIME, before);
            }
        }
    }
}
