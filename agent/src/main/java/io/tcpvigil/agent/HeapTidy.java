// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.agent;

import java.util.function.LongSupplier;

/**
 * Has the whole heap collected when a good part of it is garbage. The JVM alone may never do so: that of Java 25 rather takes
 * more memory, up to the most that it may have, whenever something large or long-lived is made; with 100,000 sockets that were
 * 33 MB in two minutes. Also freed is what lies outside the heap and only the start needed, such as the types of the kernel,
 * 5 MB.
 *
 * <p>A collection takes as long as there is live memory, so there is none before a quarter of that has become garbage. Not
 * thread-safe.
 */
final class HeapTidy {
    /** Less is not worth it: what one sample makes, and what the young generation holds of it. */
    private static final long SLACK_BYTES = 3 << 20;

    private final LongSupplier usedBytes;
    private final Runnable collect;
    private long mostBytes;

    /**
     * @param usedBytes of the heap, garbage included
     * @param collect runs a collection to its end
     */
    HeapTidy(LongSupplier usedBytes, Runnable collect) {
        this.usedBytes = usedBytes;
        this.collect = collect;
    }

    /** For the heap of this process. */
    static HeapTidy ofProcess() {
        Runtime runtime = Runtime.getRuntime();
        return new HeapTidy(() -> runtime.totalMemory() - runtime.freeMemory(), System::gc);
    }

    /** To be called now and then, when a pause harms nobody; collects the first time, and then when it is worth it. */
    void look() {
        if (usedBytes.getAsLong() > mostBytes) {
            collect.run();
            long live = usedBytes.getAsLong();
            mostBytes = live + live / 4 + SLACK_BYTES;
        }
    }
}
