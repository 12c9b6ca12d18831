// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web.http;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does the arithmetic of TLS handshakes, two milliseconds and more each, for which nobody needs a password. So it is done by one
 * thread for all, and of one client no more than {@value #WAITING_OF_ONE} may wait, which is enough for all scrapers of a host
 * when they come back at once: a flood from there leaves room for handshakes of others.
 */
final class Handshakes {
    /** Fewer than can be done in the time for a request: what is done too late is done for nothing. */
    private static final int WAITING = 512;

    static final int WAITING_OF_ONE = 256;

    private final ThreadPoolExecutor thread;
    private final Map<ByteBuffer, Integer> waiting = new HashMap<>();

    Handshakes(ThreadFactory threads) {
        thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), threads);
        thread.allowCoreThreadTimeOut(true);
    }

    /** @throws RejectedExecutionException when too many wait */
    void execute(InetAddress client, Runnable arithmetic) {
        ByteBuffer network = ClientNetwork.of(client);
        synchronized (waiting) {
            int before = waiting.getOrDefault(network, 0);
            if (before >= WAITING_OF_ONE) {
                throw new RejectedExecutionException("too many of one client");
            }
            thread.execute(() -> run(network, arithmetic));
            waiting.put(network, before + 1);
        }
    }

    private void run(ByteBuffer network, Runnable arithmetic) {
        try {
            arithmetic.run();
        } finally {
            synchronized (waiting) {
                waiting.computeIfPresent(network, (who, count) -> count == 1 ? null : count - 1);
            }
        }
    }

    void stop() {
        thread.shutdownNow();
    }
}
