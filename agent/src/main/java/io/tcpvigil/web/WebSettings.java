// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import io.tcpvigil.Nullable;
import io.tcpvigil.yaml.YamlException;
import java.net.InetSocketAddress;
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

    /** Whether the metrics can lie at a path: it is one, and none of the server's own. */
    public static boolean isFreePath(String path) {
        return path.matches("/[!-~]+") && !path.matches("/(-|api/v1|runbooks)/.*");
    }

    /**
     * Reads the configuration file, if there is one, and all that it names, as the server would.
     *
     * @throws YamlException if it cannot be used
     */
    public void check() {
        if (configFile != null) {
            WebConfigFile.read(configFile);
        }
    }
}
