// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.tcpvigil.Nullable;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * How the web server fares with its clients, and whether its certificates and passwords are those that are written:
 *
 * <pre>
 * # TYPE tcpvigil_web_config_reloads counter
 * tcpvigil_web_config_reloads_total{result="failure"} 1.0
 * # TYPE tcpvigil_web_connections gauge
 * tcpvigil_web_connections 3.0
 * # TYPE tcpvigil_web_dropped_connections counter
 * tcpvigil_web_dropped_connections_total{reason="slow_request"} 500.0
 * # TYPE tcpvigil_web_refused_requests counter
 * tcpvigil_web_refused_requests_total{reason="password"} 7.0
 * </pre>
 */
public final class WebCollector extends Collector {
    private final Supplier<@Nullable WebStatus> statuses;

    /** A collector of what {@code statuses} gives at the time of a scrape; null gives no series. */
    public WebCollector(Supplier<@Nullable WebStatus> statuses) {
        this.statuses = statuses;
    }

    @Override
    public List<MetricFamilySamples> collect() {
        WebStatus status = statuses.get();
        if (status == null) {
            return List.of();
        }
        WebStatus.Config config = status.config();
        return List.of(
                single(
                        "tcpvigil_web_config_last_reload_success",
                        Type.GAUGE,
                        "1 when the web configuration was taken the last time that it was read, else 0.",
                        config.inForce() ? 1 : 0),
                single(
                        "tcpvigil_web_config_last_reload_success_timestamp_seconds",
                        Type.GAUGE,
                        "When the web configuration was last taken.",
                        config.takenSeconds()),
                new Family(
                                "tcpvigil_web_config_reloads",
                                Type.COUNTER,
                                "How often a changed web configuration was read since the start.",
                                "result")
                        .count(List.of("success"), config.reloads())
                        .count(List.of("failure"), config.failedReloads())
                        .done(),
                single(
                        "tcpvigil_web_connections",
                        Type.GAUGE,
                        "Clients of the agent at present.",
                        status.connections()),
                byReason(
                        "tcpvigil_web_dropped_connections",
                        "Clients of the agent that lost their connection.",
                        status.dropped()),
                single("tcpvigil_web_errors", Type.COUNTER, "Answers of the agent that failed.", status.errors()),
                byReason(
                        "tcpvigil_web_refused_requests",
                        "Requests to the agent that got no answer for want of a password or of a place.",
                        status.refused()));
    }

    private static MetricFamilySamples single(String name, Type type, String help, long value) {
        return new Family(name, type, help).count(List.of(), value).done();
    }

    private static MetricFamilySamples byReason(String name, String help, SortedMap<String, Long> counts) {
        Family family = new Family(name, Type.COUNTER, help, "reason");
        for (Map.Entry<String, Long> each : counts.entrySet()) {
            family.count(List.of(each.getKey()), each.getValue());
        }
        return family.done();
    }
}
