// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.export;

import io.prometheus.client.Collector;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the agent itself takes, under the names that all client libraries use.
 *
 * <pre>{@code
 * # TYPE process_cpu_seconds_total counter
 * process_cpu_seconds_total 1.25
 * # TYPE process_resident_memory_bytes gauge
 * process_resident_memory_bytes 5.24288E7
 * # TYPE jvm_memory_used_bytes gauge
 * jvm_memory_used_bytes{area="heap",} 8388608.0
 * # TYPE jvm_gc_collection_seconds summary
 * jvm_gc_collection_seconds_count{gc="Copy",} 12.0
 * jvm_gc_collection_seconds_sum{gc="Copy",} 0.034
 * }</pre>
 */
public final class AgentCollector extends Collector implements Collector.Describable {
    private final Supplier<Usage> usage;

    /**
     * What a process takes. A number that is not known is negative.
     *
     * @param cpuSeconds processor time since its start
     * @param residentBytes memory that is in RAM
     * @param startSeconds when it began, since 1970
     * @param openDescriptors open files
     * @param descriptorLimit how many it may have
     * @param heapBytes objects
     * @param nonHeapBytes classes, compiled code and the like
     * @param threads live ones
     * @param collections by the name of the collector
     */
    public record Usage(
            double cpuSeconds,
            long residentBytes,
            double startSeconds,
            long openDescriptors,
            long descriptorLimit,
            long heapBytes,
            long nonHeapBytes,
            int threads,
            Map<String, Collections> collections) {}

    /**
     * Work of a garbage collector.
     *
     * @param seconds all of them together
     */
    public record Collections(long count, double seconds) {}

    public AgentCollector(Supplier<Usage> usage) {
        this.usage = usage;
    }

    @Override
    public List<MetricFamilySamples> describe() {
        return families(new Usage(-1, -1, -1, -1, -1, -1, -1, -1, Map.of()));
    }

    @Override
    public List<MetricFamilySamples> collect() {
        return families(usage.get());
    }

    private static List<MetricFamilySamples> families(Usage now) {
        Family memory =
                new Family("jvm_memory_used_bytes", Type.GAUGE, "Memory that the Java virtual machine uses.", "area");
        known(memory, List.of("heap"), (double) now.heapBytes());
        known(memory, List.of("nonheap"), (double) now.nonHeapBytes());
        Family collections =
                new Family("jvm_gc_collection_seconds", Type.SUMMARY, "Time spent in garbage collections.", "gc");
        now.collections().forEach((gc, each) -> collections.summary(List.of(gc), each.count(), each.seconds()));
        return List.of(
                single("process_cpu_seconds", Type.COUNTER, "Processor time of the agent.", now.cpuSeconds()),
                single("process_resident_memory_bytes", Type.GAUGE, "Memory of the agent in RAM.", (double)
                        now.residentBytes()),
                single(
                        "process_start_time_seconds",
                        Type.GAUGE,
                        "When the agent began, since 1970.",
                        now.startSeconds()),
                single("process_open_fds", Type.GAUGE, "Open files of the agent.", (double) now.openDescriptors()),
                single("process_max_fds", Type.GAUGE, "How many open files it may have.", (double)
                        now.descriptorLimit()),
                single("jvm_threads_current", Type.GAUGE, "Threads of the agent.", now.threads()),
                memory.done(),
                collections.done());
    }

    private static MetricFamilySamples single(String name, Type type, String help, double value) {
        Family family = new Family(name, type, help);
        known(family, List.of(), value);
        return family.done();
    }

    private static void known(Family family, List<String> labels, double value) {
        if (value >= 0) {
            family.with(labels, value);
        }
    }
}
