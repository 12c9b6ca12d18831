// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import java.util.List;
import java.util.function.Supplier;

/**
 * Whether the configuration in force is the one that is written:
 *
 * <pre>
 * # TYPE tcpvigil_config_last_reload_success gauge
 * tcpvigil_config_last_reload_success 1.0
 * # TYPE tcpvigil_config_last_reload_success_timestamp_seconds gauge
 * tcpvigil_config_last_reload_success_timestamp_seconds 1.7637E9
 * # TYPE tcpvigil_config_reloads counter
 * tcpvigil_config_reloads_total{result="success"} 2.0
 * tcpvigil_config_reloads_total{result="failure"} 0.0
 * # TYPE tcpvigil_config_restart_needed gauge
 * tcpvigil_config_restart_needed 0.0
 * </pre>
 */
public final class ConfigCollector extends Collector {
    private final Supplier<ConfigStatus> statuses;

    /** A collector of what {@code statuses} gives at the time of a scrape. */
    public ConfigCollector(Supplier<ConfigStatus> statuses) {
        this.statuses = statuses;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        ConfigStatus status = statuses.get();
        return List.of(
                new Family(
                                "tcpvigil_config_last_reload_success",
                                Type.GAUGE,
                                "1 when the configuration was taken the last time that it was read, else 0.")
                        .with(List.of(), status.problem() == null ? 1 : 0)
                        .done(),
                new Family(
                                "tcpvigil_config_last_reload_success_timestamp_seconds",
                                Type.GAUGE,
                                "When the configuration was last taken.")
                        .count(List.of(), status.taken().getEpochSecond())
                        .done(),
                new Family(
                                "tcpvigil_config_reloads",
                                Type.COUNTER,
                                "How often the configuration was read again since the start.",
                                "result")
                        .count(List.of("success"), status.successes())
                        .count(List.of("failure"), status.failures())
                        .done(),
                new Family(
                                "tcpvigil_config_restart_needed",
                                Type.GAUGE,
                                "How many keys have a new value that takes effect only after a restart.")
                        .with(List.of(), status.needRestart().size())
                        .done());
    }
}
