// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import com.sun.management.UnixOperatingSystemMXBean;
import io.tcpvigil.export.AgentCollector.Collections;
import io.tcpvigil.export.AgentCollector.Usage;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What this process takes: from the Java virtual machine, and its memory in RAM from {@code /proc/self/status}. */
public final class AgentUsage {
    private static final int UNKNOWN = -1;
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;
    private static final long KIB = 1024;
    private static final String RESIDENT = "VmRSS:";

    private AgentUsage() {}

    public static Usage read() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        boolean unix = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean;
        UnixOperatingSystemMXBean system =
                unix ? (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean() : null;
        Map<String, Collections> collections = new TreeMap<>();
        for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections.put(
                    each.getName(), new Collections(each.getCollectionCount(), each.getCollectionTime() / MILLIS));
        }
        return new Usage(
                system == null ? UNKNOWN : system.getProcessCpuTime() / NANOS,
                residentBytes(Path.of("/proc/self/status")),
                ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS,
                system == null ? UNKNOWN : openDescriptors(system),
                system == null ? UNKNOWN : system.getMaxFileDescriptorCount(),
                memory.getHeapMemoryUsage().getUsed(),
                memory.getNonHeapMemoryUsage().getUsed(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
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

    /** The number in {@code VmRSS:     51200 kB}, after proc_pid_status(5); negative when it is not there. */
    static long residentBytes(Path status) {
        try {
            for (String line : Files.readAllLines(status, StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(RESIDENT) && line.endsWith(" kB")) {
                    return KIB
                            * Long.parseLong(line.substring(RESIDENT.length(), line.length() - " kB".length())
                                    .trim());
                }
            }
        } catch (IOException | NumberFormatException unreadable) {
            // Then the metric is absent.
            return UNKNOWN;
        }
        return UNKNOWN;
    }
}
