// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import io.tcpvigil.Nullable;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.function.LongSupplier;

/**
 * Has the old generation collected when it has grown by half. The serial collector of Java 25 does that only when nothing more
 * fits below {@code -Xmx}: under a flood of requests what lives for a second gets old, and would then stay until that is full.
 */
final class OldGeneration {
    /** As little is not worth a pause of some ten milliseconds. */
    private static final long LEAST_GROWTH_BYTES = 8 << 20;

    private final LongSupplier usedBytes;
    private final Runnable collection;
    private long leftBytes;

    /**
     * @param usedBytes gives the size of all in it, dead or alive
     * @param collection frees what is dead
     */
    OldGeneration(LongSupplier usedBytes, Runnable collection) {
        this.usedBytes = usedBytes;
        this.collection = collection;
    }

    /** That of this process, when its collector is the serial one; others look after themselves. */
    static @Nullable OldGeneration ofProcess() {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().equals("Tenured Gen")) {
                return new OldGeneration(() -> pool.getUsage().getUsed(), System::gc);
            }
        }
        return null;
    }

    /** To be called from time to time. */
    void collectIfGrown() {
        long used = usedBytes.getAsLong();
        // Less than was left: it has been collected meanwhile.
        leftBytes = Math.min(leftBytes, used);
        if (used - leftBytes >= Math.max(LEAST_GROWTH_BYTES, leftBytes / 2)) {
            collection.run();
            leftBytes = usedBytes.getAsLong();
        }
    }
}
