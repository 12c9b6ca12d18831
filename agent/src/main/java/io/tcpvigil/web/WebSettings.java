// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;

/**
 * How the web server is to be run.
 *
 * @param listen where; port 0 for any that is free
 * @param telemetryPath the path of the metrics, such as {@code /metrics}
 * @param configFile TLS, passwords and header fields, in the form that Prometheus's exporters share; null for none
 * @param maxRequests answers that are made or sent at a time, health checks aside
 */
public record WebSettings(
        List<InetSocketAddress> listen,
        String telemetryPath,
        @Nullable Path configFile,
        int maxRequests) {
    public WebSettings {
        listen = List.copyOf(listen);
    }

    /**
     * Reads {@code host:port}, {@code [v6]:port} or {@code :port} (all addresses).
     *
     * @throws IllegalArgumentException if it is none of these; the message says what to write
     */
    public static InetSocketAddress listenAddress(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            String host = colon < 0 ? "" : text.substring(0, colon);
            if (colon >= 0 && port >= 0 && port <= 65535 && (host.indexOf(':') < 0 || host.startsWith("["))) {
                return host.isEmpty()
                        ? new InetSocketAddress(port)
                        : new InetSocketAddress(InetAddress.getByName(host), port);
            }
        } catch (NumberFormatException wrong) {
            throw new IllegalArgumentException(notAnAddress(text), wrong);
        } catch (UnknownHostException unknown) {
            throw new IllegalArgumentException(text + ": unknown host", unknown);
        }
        throw new IllegalArgumentException(notAnAddress(text));
    }

    private static String notAnAddress(String text) {
        return text + ": write host:port, [::1]:port or :port";
    }
}
