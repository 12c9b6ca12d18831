// SPDX-License-Identifier: Apache-2.0
package io.tcpvigil.web;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that answer requests: none when nobody asks, at most {@value #MAX_THREADS}.
 *
 * <p>The JDK's server reads a request in the thread that answers it, so that each client that stalls holds one until its
 * time is up. A queue would put a scraper behind them, where its own time runs out together with theirs; so nothing is
 * queued: there is a thread, or the connection is refused.
 */
final class Workers {
    /** Leaves room under a {@code TasksMax} of 64 for the threads of the JVM. */
    static final int MAX_THREADS = 32;

    private static final int STACK_BYTES = 256 * 1024;
    private static final int IDLE_SECONDS = 10;

    private Workers() {}

    /** A pool whose threads do not keep the process alive, and tell {@code errors} what they die of. */
    static ThreadPoolExecutor create(ErrorLog errors) {
        AtomicInteger number = new AtomicInteger();
        return new ThreadPoolExecutor(
                0,
                MAX_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> {
                    Thread thread = new Thread(null, task, "web-" + number.incrementAndGet(), STACK_BYTES);
                    thread.setDaemon(true);
                    thread.setUncaughtExceptionHandler((died, cause) -> errors.record(died.getName(), cause));
                    return thread;
                },
                (task, pool) -> {
                    if (pool.isShutdown()) {
                        throw new RejectedExecutionException("the server is stopping");
                    }
                    errors.record("busy", "a connection was refused: all " + MAX_THREADS + " threads are taken");
                    throw new RejectedExecutionException("no thread is free");
                });
    }
}
