// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

/**
 * What one client may take from the JDK's HTTP server. By default it waits for ever for the rest of a request, so that a
 * few clients that stall hold all its threads; the limits are system properties that it reads once, when its classes are
 * loaded ({@code sun.net.httpserver.ServerConfig}).
 */
public final class HttpServerLimits {
    /** Connections at a time; a further one is closed as soon as it is accepted. */
    static final int MAX_CONNECTIONS = 64;

    /** Seconds in which a request must have arrived. */
    static final int MAX_REQUEST_SECONDS = 5;

    private static final String[][] LIMITS = {
        {"jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS)},
        {"sun.net.httpserver.maxReqTime", Integer.toString(MAX_REQUEST_SECONDS)},
        // Seconds in which an answer must have been taken.
        {"sun.net.httpserver.maxRspTime", "30"},
        // Seconds that a connection may be kept for the next request.
        {"sun.net.httpserver.idleInterval", "30"},
        {"sun.net.httpserver.maxIdleConnections", "32"},
        // Milliseconds between two looks for idle connections; with the default of 10 s, silent ones stay three times
        // as long.
        {"sun.net.httpserver.clockTick", "1000"},
        {"sun.net.httpserver.maxReqHeaders", "64"},
        // Bytes; the default of 380 KiB for each connection is more than the whole heap.
        {"sun.net.httpserver.maxReqHeaderSize", "16384"},
        // Without it an answer on a kept connection waits for a delayed ACK: 44 ms.
        {"sun.net.httpserver.nodelay", "true"},
    };

    private HttpServerLimits() {}

    /**
     * Sets the limits, except those that the user has set. Call it before anything makes an HTTP server in this process;
     * later it has no effect.
     */
    public static void apply() {
        for (String[] limit : LIMITS) {
            if (System.getProperty(limit[0]) == null) {
                System.setProperty(limit[0], limit[1]);
            }
        }
    }
}
