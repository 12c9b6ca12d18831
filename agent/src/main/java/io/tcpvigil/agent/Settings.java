// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.config.Configuration;
import io.tcpvigil.export.MetricsSettings;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.web.ListenAddress;
import io.tcpvigil.web.WebSettings;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What the daemon is to do.
 *
 * @param intervals how often to sample, and what that may cost
 * @param source where sockets are read from
 * @param destroyEvents whether to listen to destroy events, where they can be had
 * @param probe whether to count transitions in the kernel, where that is permitted
 * @param otherNamespaces whether to count the sockets of the machine's other network namespaces
 * @param listenAddresses each for {@link ListenAddress#resolve}
 * @param telemetryPath the path of the metrics
 * @param webConfigFile TLS and passwords; empty for none
 * @param maxRequests answers that are made or sent at a time
 * @param metrics how many series there may be, and what their labels may tell
 * @param thresholds from when on something is a finding
 */
public record Settings(
        Intervals intervals,
        Sampler.SourceWish source,
        boolean destroyEvents,
        boolean probe,
        boolean otherNamespaces,
        List<String> listenAddresses,
        String telemetryPath,
        String webConfigFile,
        int maxRequests,
        MetricsSettings metrics,
        Thresholds thresholds) {

    /** The settings that a configuration of {@link SettingKeys#TABLE} says. */
    public static Settings of(Configuration configuration) {
        return new Settings(
                new Intervals(
                        TimeUnit.MILLISECONDS.toNanos(configuration.get(SettingKeys.INTERVAL)),
                        TimeUnit.MILLISECONDS.toNanos(configuration.get(SettingKeys.FULL_INTERVAL)),
                        configuration.get(SettingKeys.CPU_BUDGET)),
                configuration.get(SettingKeys.SOURCE),
                configuration.get(SettingKeys.DESTROY_EVENTS),
                configuration.get(SettingKeys.PROBE),
                configuration.get(SettingKeys.OTHER_NAMESPACES),
                configuration.get(SettingKeys.LISTEN_ADDRESSES),
                configuration.get(SettingKeys.TELEMETRY_PATH),
                configuration.get(SettingKeys.WEB_CONFIG_FILE),
                configuration.get(SettingKeys.MAX_REQUESTS),
                metrics(configuration),
                thresholds(configuration));
    }

    /**
     * How the web server is to be run, with host names looked up.
     *
     * @throws IllegalArgumentException if there is no such host
     */
    public WebSettings web() {
        return new WebSettings(
                listenAddresses.stream().map(ListenAddress::resolve).toList(),
                telemetryPath,
                webConfigFile.isEmpty() ? null : Path.of(webConfigFile),
                maxRequests);
    }

    private static MetricsSettings metrics(Configuration configuration) {
        return new MetricsSettings(
                configuration.get(SettingKeys.MOST_PORTS),
                configuration.get(SettingKeys.MOST_DESTINATIONS),
                configuration.get(SettingKeys.MOST_PROCESSES),
                configuration.get(SettingKeys.MOST_UNITS),
                configuration.get(SettingKeys.ADDRESSES),
                configuration.get(SettingKeys.IPV4_PREFIX_LENGTH),
                configuration.get(SettingKeys.IPV6_PREFIX_LENGTH),
                configuration.get(SettingKeys.PORT_GROUPS));
    }

    private static Thresholds thresholds(Configuration configuration) {
        Map<FindingId, Double> numbers = new EnumMap<>(FindingId.class);
        Set<FindingId> off = EnumSet.noneOf(FindingId.class);
        for (FindingId id : FindingId.values()) {
            numbers.put(id, configuration.get(SettingKeys.threshold(id)));
            if (!configuration.get(SettingKeys.enabled(id))) {
                off.add(id);
            }
        }
        return new Thresholds(
                configuration.get(SettingKeys.STUCK_AFTER), configuration.get(SettingKeys.ENDURANCE), numbers, off);
    }
}
