// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import java.util.ArrayList;
import java.util.List;

/** A family under construction: the library's own helper classes know neither info metrics nor empty families. */
final class Family {
    private final String name;
    private final Collector.Type type;
    private final String help;
    private final List<String> labels;
    private final List<MetricFamilySamples.Sample> samples = new ArrayList<>();

    /** The name without the suffix that the type brings ({@code _total}, {@code _info}). */
    Family(String name, Collector.Type type, String help, String... labels) {
        this.name = name;
        this.type = type;
        this.help = help;
        this.labels = List.of(labels);
    }

    Family with(List<String> labelValues, double value) {
        String suffix = type == Collector.Type.COUNTER ? "_total" : type == Collector.Type.INFO ? "_info" : "";
        samples.add(new MetricFamilySamples.Sample(name + suffix, labels, labelValues, value));
        return this;
    }

    /** Metrics are doubles: a count above 2^53 loses its last digits. */
    Family count(List<String> labelValues, long value) {
        return with(labelValues, (double) value);
    }

    /**
     * Adds one histogram.
     *
     * @param bounds upper bounds, ascending, the last infinite
     * @param buckets how many fell into each and into no lower one
     */
    Family histogram(List<String> labelValues, double[] bounds, long[] buckets, double sum) {
        List<String> bucketLabels = new ArrayList<>(labels);
        bucketLabels.add("le");
        long below = 0;
        for (int i = 0; i < bounds.length; i++) {
            below += buckets[i];
            List<String> values = new ArrayList<>(labelValues);
            values.add(Collector.doubleToGoString(bounds[i]));
            samples.add(new MetricFamilySamples.Sample(name + "_bucket", bucketLabels, values, (double) below));
        }
        samples.add(new MetricFamilySamples.Sample(name + "_count", labels, labelValues, (double) below));
        samples.add(new MetricFamilySamples.Sample(name + "_sum", labels, labelValues, sum));
        return this;
    }

    /** Adds one summary without quantiles. */
    Family summary(List<String> labelValues, long count, double sum) {
        samples.add(new MetricFamilySamples.Sample(name + "_count", labels, labelValues, (double) count));
        samples.add(new MetricFamilySamples.Sample(name + "_sum", labels, labelValues, sum));
        return this;
    }

    MetricFamilySamples done() {
        return new MetricFamilySamples(name, type, help, samples);
    }
}
