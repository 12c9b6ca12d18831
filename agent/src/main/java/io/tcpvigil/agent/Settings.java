// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.config.Configuration;
import io.tcpvigil.export.MetricsSettings;
import io.tcpvigil.findings.FindingId;
import io.tcpvigil.findings.Thresholds;
import io.tcpvigil.web.ListenAddress;
import io.tcpvigil.web.WebSettings;
import io.tcpvigil.yaml.YamlException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * @param metrics how many series there may be, and what their labels may tell
 * @param thresholds from when on something is a finding
 */
public record Settings(
        Intervals intervals,
        Sampler.SourceWish source,
        boolean destroyEvents,
        boolean probe,
        boolean otherNamespaces,
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
                metrics(configuration),
                thresholds(configuration));
    }

    /**
     * How the web server is to be run, with host names looked up.
     *
     * @throws YamlException if the file names a host or a file that there is not
     * @throws IllegalArgumentException if a flag does
     */
    public static WebSettings web(Configuration configuration) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String each : configuration.get(SettingKeys.LISTEN_ADDRESSES)) {
            try {
                addresses.add(ListenAddress.resolve(each));
            } catch (UnknownHostException unknown) {
                throw configuration.wrong(SettingKeys.LISTEN_ADDRESSES, each + ": unknown host");
            }
        }
        String file = configuration.get(SettingKeys.WEB_CONFIG_FILE);
        if (!file.isEmpty() && Files.notExists(Path.of(file))) {
            throw configuration.wrong(SettingKeys.WEB_CONFIG_FILE, file + ": there is no such file");
        }
        return new WebSettings(
                addresses,
                configuration.get(SettingKeys.TELEMETRY_PATH),
                file.isEmpty() ? null : Path.of(file),
                configuration.get(SettingKeys.MAX_REQUESTS));
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
