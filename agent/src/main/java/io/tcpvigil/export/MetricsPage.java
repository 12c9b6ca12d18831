// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.tcpvigil.Nullable;
import java.io.IOException;
import java.io.Writer;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The metrics as text, in the form that a scraper prefers: Prometheus text 0.0.4 or OpenMetrics 1.0.0. Families come in
 * the order of their names, which the registry itself does not give: two scrapes can be compared line by line.
 */
public final class MetricsPage {
    private final CollectorRegistry registry;

    private MetricsPage(CollectorRegistry registry) {
        this.registry = registry;
    }

    /** A page of these metrics and no others: nothing that some library put into the global registry. */
    public static MetricsPage of(ConnectionsCollector connections) {
        return ofAll(connections);
    }

    /** The same with what became of connections. */
    public static MetricsPage of(ConnectionsCollector connections, LifecycleCollector lifecycle) {
        return ofAll(connections, lifecycle);
    }

    /** The same with what is wrong. */
    public static MetricsPage of(
            ConnectionsCollector connections, LifecycleCollector lifecycle, FindingsCollector findings) {
        return ofAll(connections, lifecycle, findings);
    }

    static MetricsPage ofAll(Collector... collectors) {
        CollectorRegistry registry = new CollectorRegistry();
        for (Collector each : collectors) {
            registry.register(each);
        }
        return new MetricsPage(registry);
    }

    /**
     * The content type to answer with: OpenMetrics for a client that prefers it, else text 0.0.4, which every client
     * reads, whatever it says.
     *
     * @param accept the {@code Accept} field of the request; null for none
     */
    public static String contentType(@Nullable String accept) {
        AcceptHeader preference = AcceptHeader.parse(accept);
        double openMetrics = preference.mediaType("application/openmetrics-text", "1.0.0");
        double text = preference.mediaType("text/plain", "0.0.4");
        return openMetrics > text ? TextFormat.CONTENT_TYPE_OPENMETRICS_100 : TextFormat.CONTENT_TYPE_004;
    }

    /** Writes all families as they are now, in a type that {@link #contentType} gave. */
    public void write(String contentType, Writer out) throws IOException {
        TextFormat.writeFormat(contentType, out, Collections.enumeration(families()));
    }

    /** All families as they are now, in the order of their names. */
    List<Collector.MetricFamilySamples> families() {
        List<Collector.MetricFamilySamples> families = Collections.list(registry.metricFamilySamples());
        families.sort(Comparator.comparing(family -> family.name));
        return families;
    }
}
