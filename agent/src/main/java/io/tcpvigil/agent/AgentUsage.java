// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tcpvigil.Nullable;
import io.tcpvigil.export.AgentCollector.Collections;
import io.tcpvigil.export.AgentCollector.Usage;
import io.tcpvigil.kernel.libc.Libc;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What this process takes: from the Java virtual machine, and its memory in RAM from {@code /proc/self/statm}. */
public final class AgentUsage {
    private static final int UNKNOWN = -1;
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final int RESIDENT_FIELD = 1;

    // Each question for one of these goes through a list of all: a tenth of a scrape.
    private static final MemoryMXBean MEMORY = ManagementFactory.getMemoryMXBean();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final List<GarbageCollectorMXBean> COLLECTORS = ManagementFactory.getGarbageCollectorMXBeans();
    private static final double START_SECONDS =
            ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS;
    private static final @Nullable UnixOperatingSystemMXBean SYSTEM =
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix ? unix : null;

    private AgentUsage() {}

    public static Usage read() {
        Map<String, Collections> collections = new TreeMap<>();
        for (GarbageCollectorMXBean each : COLLECTORS) {
            collections.put(
                    each.getName(), new Collections(each.getCollectionCount(), each.getCollectionTime() / MILLIS));
        }
        return new Usage(
                SYSTEM == null ? UNKNOWN : SYSTEM.getProcessCpuTime() / NANOS,
                residentBytes(Path.of("/proc/self/statm"), Libc.get().pageBytes()),
                START_SECONDS,
                SYSTEM == null ? UNKNOWN : openDescriptors(SYSTEM),
                SYSTEM == null ? UNKNOWN : SYSTEM.getMaxFileDescriptorCount(),
                MEMORY.getHeapMemoryUsage().getUsed(),
                MEMORY.getNonHeapMemoryUsage().getUsed(),
                THREADS.getThreadCount(),
                collections);
    }

    /** Negative when it is not known: the virtual machine lists a directory, for which it may have no descriptor left. */
    private static long openDescriptors(UnixOperatingSystemMXBean system) {
        try {
            return system.getOpenFileDescriptorCount();
        } catch (InternalError noDescriptorLeft) {
            return UNKNOWN;
        }
    }

    /** The second number of {@code 250000 12800 5120 1 0 60000 0}, in pages, after proc_pid_statm(5); negative if there is none. */
    static long residentBytes(Path statm, int pageBytes) {
        try {
            String[] pages =
                    Files.readString(statm, StandardCharsets.ISO_8859_1).split(" ", RESIDENT_FIELD + 2);
            return pages.length > RESIDENT_FIELD ? pageBytes * Long.parseLong(pages[RESIDENT_FIELD]) : UNKNOWN;
        } catch (IOException | NumberFormatException unreadable) {
            // Then the metric is absent.
            return UNKNOWN;
        }
    }
}
